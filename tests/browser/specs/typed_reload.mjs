import { ok } from 'node:assert/strict';

export const title = 'what is typed without a pause is there after a reload, but for its last moment';

/** Twice what a pause takes: typing that is only handed over in one would not be there. */
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
  const kept = await box.inputValue();
  ok(kept.length > TEXT.length / 2 && TEXT.startsWith(kept), kept);
}
