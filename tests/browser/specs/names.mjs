import { equal, match } from 'node:assert/strict';
import { COUNTER } from '../harness/board.mjs';

export const title = 'a device that nobody has named has a word of its own, and keeps it; what one tab calls its device, others read on what the device changes; a tab that is left offline stays so';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [first, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([first.isIn('live'), his.isIn('live')]);
  const second = await ada.open();
  await second.isIn('live');

  await first.openDetails();
  const word = await name(first).inputValue();
  match(word, /^Chrome on Linux · [A-Z][a-z]+$/);
  await first.page.reload();
  await first.isIn('live');
  for (const tab of [first, second]) {
    await tab.openDetails();
    equal(await name(tab).inputValue(), word);
    await tab.page.keyboard.press('Escape');
  }

  await second.openDetails();
  await name(second).fill('Bridge');
  await name(second).press('Tab');
  // The first tab sends for both.
  await first.openDetails();
  const known = await name(first).elementHandle();
  await first.page.waitForFunction((input) => input.value === 'Bridge', known);
  await second.page.keyboard.press('Escape');
  await second.increase();
  await his.counts(1);
  await his.widget(COUNTER).getByTitle('Last change: Bridge', { exact: true }).waitFor();

  await second.openDetails();
  await second.page.getByRole('switch', { name: 'Work offline' }).click();
  await second.isIn('offline');
  await second.page.reload();
  await second.isIn('offline');
  await second.openDetails();
  await second.page.getByRole('switch', { name: 'Work offline' }).click();
  await second.isIn('live');
}

function name(board) {
  return board.page.getByLabel('This device’s name');
}
