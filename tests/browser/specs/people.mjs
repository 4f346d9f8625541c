import { equal, ok } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'two browsers see who else is at the board, what they have under their hands, and that they are gone';

const PHONE = { isMobile: true, hasTouch: true, viewport: { width: 360, height: 740 } };

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben', PHONE)]);
  const hers = await ada.open();
  await hers.isIn('live');
  await isWith(hers, 'alone');
  ok(!(await people(hers).isVisible()), 'who is alone needs no button');
  const his = await ben.open();
  await Promise.all([isWith(hers, 'together'), isWith(his, 'together')]);

  // The widget that has the focus, on its card and in the list.
  await his.widget(SETPOINT).getByRole('spinbutton').focus();
  await hers.widget(SETPOINT).locator('.card-head').getByRole('listitem').waitFor();
  await people(hers).click();
  const list = hers.page.getByRole('dialog', { name: 'People at this board' });
  await list.getByRole('listitem').filter({ hasText: SETPOINT }).waitFor();
  equal((await ada.violations(hers)).join('\n'), '');
  await hers.page.keyboard.press('Escape');
  await hers.hasFocus('button', 'People: 1 other here');
  await his.widget(SETPOINT).getByRole('spinbutton').blur();
  await hers.widget(SETPOINT).locator('.card-head').getByRole('listitem').waitFor({ state: 'detached' });

  // On a phone it is in the bar, and the list is a sheet. Another tab is somebody else.
  const second = await ada.open();
  await his.page.getByRole('button', { name: 'People: 2 others here' }).tap();
  const sheet = his.page.getByRole('dialog', { name: 'People at this board' });
  equal(await sheet.getByRole('listitem').count(), 2);
  const { y, height } = await sheet.boundingBox();
  ok(Math.abs(y + height - 740) < 1, `it comes from below: ${y} ${height}`);
  equal((await ben.violations(his)).join('\n'), '');
  await second.page.close();
  await sheet.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
  await his.page.close();
  await isWith(hers, 'alone');
}

function people(board) {
  return board.page.locator('.people-here').getByRole('button');
}

/** Resolves when the page says so: `alone`, `together`. */
async function isWith(board, state) {
  await board.page.locator(`.people-here[data-state="${state}"]`).waitFor({ state: 'attached' });
}
