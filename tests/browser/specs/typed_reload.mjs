import { equal } from 'node:assert/strict';

export const title = 'what is typed without a pause is there after a reload, to its last letter, also without a network';

const TEXT = 'Ropes, fuel, ten litres';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const hers = await ada.open();
  await hers.isIn('live');
  const box = hers.widget('Note').getByRole('textbox');
  await box.focus();
  await hers.page.keyboard.press('Control+A');
  await hers.page.keyboard.type(TEXT, { delay: 80 });
  await hers.page.reload();
  await hers.isIn('live');
  await holds(TEXT);
  await hers.isSettled();

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await box.focus();
  await box.press('Control+End');
  await hers.page.keyboard.type(' in cans', { delay: 80 });
  await hers.page.reload();
  await holds(`${TEXT} in cans`);
  ada.network.heal();
  await hers.isIn('live');
  await hers.isSettled();
  equal(await box.inputValue(), `${TEXT} in cans`);

  async function holds(text) {
    await box.waitFor();
    await hers.page.waitForFunction(([box, text]) => box.value === text, [await box.elementHandle(), text]);
  }
}
