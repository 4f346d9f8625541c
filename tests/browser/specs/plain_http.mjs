import { equal } from 'node:assert/strict';
import { COUNTER } from '../harness/board.mjs';
import { NEIGHBOUR } from '../harness/browser.mjs';
import { openPaste } from '../harness/files.mjs';

export const title = 'plain http from elsewhere says what it can’t do, once; from this machine there is nothing to say';

const EDIT = 'edit-0123456789abcdef';

export async function play(stage) {
  const { port } = await stage.server('--edit-token', EDIT, '--view-token', 'view-0123456789abcdef');
  const ada = await stage.person('Ada');
  // Chromium tells of a header that it heeds from secure pages only.
  ada.expects(/Cross-Origin-Opener-Policy/);
  const board = await ada.signIn(EDIT);
  await board.isIn('live');
  const line = board.page.getByRole('complementary', { name: 'About this address' });
  equal(await line.count(), 0);

  await board.page.goto(`http://${NEIGHBOUR}:${port}/`);
  await board.page.getByLabel('Token').fill(EDIT);
  await board.page.getByRole('button', { name: 'Open the board' }).click();
  await board.isIn('live');
  await line.getByText('can’t start offline').waitFor();
  equal((await ada.violations(board)).join('\n'), '');
  await line.getByRole('button', { name: 'Make it secure' }).click();
  await board.page.getByRole('heading', { name: 'Make it secure' }).waitFor();
  equal((await ada.violations(board)).join('\n'), '');
  await board.page.goBack();
  await line.getByRole('button', { name: 'Dismiss' }).click();
  await line.waitFor({ state: 'detached' });
  await board.page.reload();
  await board.isIn('live');
  equal(await line.count(), 0, 'it was read');

  // Nor are there locks by which one tab sends for all. They hear each other, though.
  await board.openDetails();
  equal(await board.page.locator('[data-fact="sent-by"]').innerText(), 'each tab for itself');
  await board.page.keyboard.press('Escape');

  // There is no clipboard for such a page, and cards are copied all the same.
  await board.openMenu(COUNTER);
  await board.page.getByRole('menuitem', { name: 'Copy' }).click();
  await board.page.locator('.banner[data-state="copied"]').waitFor();
  await (await openPaste(board)).focus();
  await board.page.keyboard.press('Control+v');
  await board.page.getByRole('article', { name: COUNTER, exact: true }).nth(1).waitFor();
}
