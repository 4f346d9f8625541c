import { equal } from 'node:assert/strict';
import { COUNTER, SETPOINT } from '../harness/board.mjs';

export const title = 'Ctrl+Z and Ctrl+Shift+Z undo and redo one’s own edits, over a reload too and never somebody else’s; in a text they are the browser’s own';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const { keyboard } = hers.page;
  const says = (text) => hers.page.locator('.banner[data-state="turned"]', { hasText: text }).waitFor();

  await keyboard.press('Control+z');
  await hers.page.locator('.banner', { hasText: 'There is nothing of yours to undo.' }).waitFor();

  await hers.increase();
  await hers.counts(1);
  await hers.isSettled();
  await his.increase();
  await hers.counts(2);
  await keyboard.press('Control+z');
  await hers.counts(1);
  await says(`Undone: ${COUNTER} is 1`);
  await hers.isSettled();
  await his.counts(1);

  await hers.page.reload();
  await hers.isIn('live');
  await keyboard.press('Control+Shift+Z');
  await says(`Redone: ${COUNTER} is 2`);
  await hers.counts(2);
  await hers.isSettled();
  await his.counts(2);
  await keyboard.press('Control+y');
  await hers.page.locator('.banner', { hasText: 'There is nothing of yours to redo.' }).waitFor();

  // Where somebody has written since, it asks.
  await hers.set(18);
  await hers.isSettled();
  await his.isSetTo(18);
  await his.set(24);
  await his.isSettled();
  await hers.isSetTo(24);
  await hers.page.evaluate(() => document.activeElement.blur());
  await keyboard.press('Control+z');
  await hers.isIn('decide');
  await his.isSetTo(24);
  await hers.openConflicts();
  await hers.conflict(SETPOINT).getByRole('button', { name: /theirs/ }).click();
  await hers.isIn('live');

  // In a text they are the browser's: what was typed goes, and what was counted stays.
  const box = hers.widget(SETPOINT).getByRole('spinbutton');
  await box.click();
  const before = await box.inputValue();
  await keyboard.press('End');
  await keyboard.type('7');
  equal(await box.inputValue(), `${before}7`);
  await keyboard.press('Control+z');
  equal(await box.inputValue(), before);
  await keyboard.press('Escape');
  await hers.isSetTo(24);
  await hers.counts(2);
}
