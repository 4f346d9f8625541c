import { equal } from 'node:assert/strict';

export const title = 'a threshold is set up on a gauge, said in a word where it is passed, on either side, and taken back by leaving it empty';

const GAUGE = 'Memory';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const gauge = hers.widget(GAUGE);
  await gauge.getByRole('meter').waitFor();
  // The first board has one there: a memory that is full.
  equal(await gauge.locator('.gauge-mark').count(), 1);

  await setUp(hers, '0.5');
  const word = his.widget(GAUGE).getByText('Above 0.5');
  await word.waitFor();
  equal((await ben.violations(his)).join('\n'), '');

  // A battery runs out downwards.
  await setUp(hers, '99.9', 'below');
  const low = his.widget(GAUGE).getByText('At or below 99.9');
  await low.waitFor();
  equal(await word.count(), 0);
  await setUp(hers, '0', 'below');
  await low.waitFor({ state: 'detached' });
  await setUp(hers, '0.5', 'above');
  await word.waitFor();

  await setUp(hers, '');
  await word.waitFor({ state: 'detached' });
  await hers.isSettled();
  equal(await gauge.locator('.gauge-mark').count(), 0);
}

async function setUp(board, threshold, side = undefined) {
  await board.openMenu(GAUGE);
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  const box = board.page.getByRole('spinbutton', { name: 'threshold' });
  await box.fill(threshold);
  if (side !== undefined) await board.page.getByRole('combobox', { name: 'warns' }).selectOption(side);
  await box.press('Enter');
  await box.waitFor({ state: 'detached' });
}
