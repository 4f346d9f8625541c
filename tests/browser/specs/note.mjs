import { equal } from 'node:assert/strict';

export const title = 'a note is drawn as it is meant, runs nothing, and is written in where it is clicked at; its links open elsewhere, and by keys as well';

const NOTE = 'Note';
const TEXT = [
  '# Fuel', '', 'Port **and** *bow*: `40 l`', 'by [Ann](https://ann.example/)', '', '- [x] hose', '  - long', '', '> soon', '',
  '<script>globalThis.ran = 1</script> <img src=x onerror="globalThis.ran = 1"> [run](javascript:globalThis.ran=1)',
].join('\n');

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const box = (board) => board.widget(NOTE).getByRole('textbox', { name: 'Text' });
  await box(hers).fill(TEXT);
  await box(hers).blur();
  const drawn = his.widget(NOTE);
  await drawn.getByRole('heading', { name: 'Fuel', level: 3 }).waitFor();
  await drawn.locator('strong', { hasText: 'and' }).waitFor();
  await drawn.locator('em', { hasText: 'bow' }).waitFor();
  await drawn.locator('ul ul', { hasText: 'long' }).waitFor();
  const link = drawn.getByRole('link', { name: 'Ann' });
  equal(await link.getAttribute('href'), 'https://ann.example/');
  equal(await link.getAttribute('rel'), 'noopener noreferrer');
  equal(await link.getAttribute('target'), '_blank');
  equal(await drawn.getByRole('link').count(), 1);
  equal(await drawn.locator('.note-view').locator('script, img').count(), 0);
  equal(await his.page.evaluate(() => globalThis.ran), undefined);
  equal((await ben.violations(his)).join('\n'), '');

  // What is clicked at is what is written in: the whole text, and none of it is lost.
  await drawn.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await drawn.locator('.note-view').boundingBox();
  await his.page.mouse.click(x + width - 8, y + Math.min(height, 40));
  await drawn.locator('textarea:focus').waitFor();
  equal(await drawn.locator('.note-view').isVisible(), false);
  equal(await box(his).inputValue(), TEXT);
  await box(his).press('Control+End');
  await box(his).pressSequentially('\n\n1. more');
  await box(his).blur();
  await hers.widget(NOTE).locator('ol', { hasText: 'more' }).waitFor();
  equal(await hers.widget(NOTE).locator('.note-view').isVisible(), true);
  equal(await box(hers).inputValue(), `${TEXT}\n\n1. more`);

  // By keys first its link, and then its box.
  await hers.widget(NOTE).getByRole('link', { name: 'Ann' }).focus();
  await hers.page.keyboard.press('Tab');
  await hers.widget(NOTE).locator('textarea:focus').waitFor();
}
