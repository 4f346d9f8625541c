import { equal } from 'node:assert/strict';

export const title = 'text that is typed where somebody else puts another one in that moment is asked about, and theirs is not gone over';

const TEXT = 'Nothing that is said there is true any more';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  const { clock } = hers.page;
  await clock.install();
  await hers.page.reload();
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const [box, other] = [hers, his].map((board) => board.widget('Note').getByRole('textbox'));

  // Her typing does not pause before his has come.
  await clock.pauseAt(Date.now() + 1_000);
  await box.fill(TEXT);
  await other.fill('Ropes and fuel');
  await other.blur();
  await his.isSettled();
  await hers.page.locator('.note-view', { hasText: 'Ropes and fuel' }).waitFor({ state: 'attached' });
  equal(await box.inputValue(), TEXT);
  await clock.resume();
  await hers.widget('Note').getByText('2 versions').waitFor();
  await hers.isSettled();
  equal(await other.inputValue(), 'Ropes and fuel');
  await hers.openConflicts();
  await hers.conflict('Note').getByText(TEXT, { exact: true }).waitFor();
  await hers.page.getByRole('button', { name: 'Keep mine' }).click();
  await hers.isSettled();
  await his.page.waitForFunction(([box, text]) => box.value === text, [await other.elementHandle(), TEXT]);
}
