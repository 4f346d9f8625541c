import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SETPOINT } from '../harness/board.mjs';
import { NOTE_TITLE } from '../harness/files.mjs';

export const title = 'Ctrl+K finds cards, those of other boards too, boards and what can be done, by keys alone, and without a network as well';

export async function play(stage) {
  const ada = await stage.person('Ada', { acceptDownloads: true });
  const board = await ada.open();
  await board.isIn('live');
  const { page } = board;
  const { keyboard } = page;
  const find = async (text) => {
    await keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /what to do/ }).waitFor();
    await keyboard.type(text);
  };
  const chosen = () => page.getByRole('option', { selected: true });
  const list = page.getByRole('listbox', { name: 'Found' });

  // A card: the focus is in it, and the list is gone.
  await find('temp');
  await chosen().filter({ hasText: SETPOINT }).waitFor();
  await keyboard.press('Enter');
  await list.waitFor({ state: 'detached' });
  await page.waitForFunction((title) => document.activeElement.closest('article')?.getAttribute('aria-label') === title, SETPOINT);

  // From within a text, too; arrows choose, Escape closes, and nothing of it was typed there.
  const box = board.widget(SETPOINT).getByRole('spinbutton');
  await box.click();
  const before = await box.inputValue();
  await find('add');
  equal(await box.inputValue(), before);
  const first = await chosen().textContent();
  await keyboard.press('ArrowDown');
  await page.waitForFunction((first) => document.querySelector('[role="option"][aria-selected="true"]').textContent !== first, first);
  await keyboard.press('ArrowUp');
  await chosen().filter({ hasText: first }).waitFor();
  await keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });

  await find('nothing is called so');
  await page.getByText('Nothing of that name.').waitFor();
  await keyboard.press('Enter');
  await keyboard.press('Escape');

  // Without a network as well: work offline, add a widget, count on it after going back.
  await find('work offline');
  await keyboard.press('Enter');
  await board.isIn('offline');
  await find('add counter');
  await keyboard.press('Enter');
  await board.widget('Counter').waitFor();
  await find('stop working');
  await keyboard.press('Enter');
  await board.isIn('live');
  await board.isSettled();

  await board.increase();
  await board.counts(1);
  await find('undo');
  await keyboard.press('Enter');
  await board.counts(0);
  await board.isSettled();

  // A board from a template, and from it back to a card of the first one, which the server finds.
  const home = page.url();
  await find('new board shift');
  await chosen().filter({ hasText: 'New board: Shift board' }).waitFor();
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Shift board', exact: true }).waitFor();
  await board.widget(NOTE_TITLE).waitFor();
  await board.isSettled();
  const second = page.url();
  await find(SETPOINT);
  await chosen().filter({ hasText: `${SETPOINT} · This machine` }).waitFor();
  await keyboard.press('Enter');
  await page.waitForURL(home);
  await page.waitForFunction((title) => document.activeElement.closest('article')?.getAttribute('aria-label') === title, SETPOINT);
  await find('next shift');
  await chosen().filter({ hasText: `${NOTE_TITLE} · Shift board` }).waitFor();
  await keyboard.press('Enter');
  await page.waitForURL(second);
  await board.hasFocus('article', NOTE_TITLE);

  // The board as a file.
  const saving = page.waitForEvent('download');
  await find('export board');
  await keyboard.press('Enter');
  const file = await saving;
  equal(file.suggestedFilename(), 'shift-board.board.json');
  equal(JSON.parse(readFileSync(await file.path(), 'utf8')).name, 'Shift board');
  await list.waitFor({ state: 'detached' });

  // An empty one; and without the server it is said what is not found.
  await find('new board');
  await chosen().filter({ hasText: /^New board$/ }).waitFor();
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New board', exact: true }).waitFor();
  await page.getByText('Nothing here yet.').waitFor();
  await board.isSettled();
  await ada.goOffline();
  await find(SETPOINT);
  await page.getByText('Without the server, of cards those on this board alone are found.').waitFor();
  await page.getByText('Nothing of that name.').waitFor();
}
