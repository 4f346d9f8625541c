import { equal } from 'node:assert/strict';

export const title = 'the tab has the board’s name; a board that was removed by mistake comes back, and its page with it; its page says so until it is back, also when it is loaded again';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const hers = await ada.open();
  const { page } = hers;
  await page.waitForFunction(() => document.title === 'This machine · Tideboard');
  await page.getByRole('button', { name: /^Board:/ }).click();
  await page.getByRole('textbox', { name: 'New board', exact: true }).fill('Engine room');
  await page.getByRole('button', { name: 'Add board' }).click();
  await page.waitForURL('**/boards/engine-room*');
  await page.waitForFunction(() => document.title === 'Engine room · Tideboard');
  const address = page.url();

  // It asks once, and whoever presses the same key again has removed nothing.
  await page.getByRole('button', { name: /^Board:/ }).click();
  await page.getByRole('button', { name: 'Remove board' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Remove “Engine room” for everybody?').waitFor();
  await hers.hasFocus('button', 'Keep it');
  await page.keyboard.press('Enter');
  await page.getByText('Remove “Engine room” for everybody?').waitFor({ state: 'detached' });
  await hers.hasFocus('button', 'Remove board');
  await page.keyboard.press('Escape');
  equal(page.url(), address);
  await hers.removeBoard();
  await page.waitForFunction(() => document.title === 'This machine · Tideboard');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.waitForURL(address);
  await page.waitForFunction(() => document.title === 'Engine room · Tideboard');

  const his = await ben.open(new URL(address).pathname.slice(1));
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.removeBoard();
  const said = his.page.locator('.banner', { hasText: /This board was removed\. Chrome on Linux · \w+, \d\d:\d\d/ });
  await said.waitFor();
  await his.page.reload();
  await his.isIn('live');
  await said.waitFor();
  equal(await his.page.getByRole('button', { name: 'Add widget' }).filter({ visible: true }).count(), 0, 'nobody works on it');
  equal((await ben.violations(his)).join('\n'), '');
  await said.getByRole('button', { name: 'Bring back' }).click();
  await said.waitFor({ state: 'detached' });
  await his.hasFocus('main', 'Engine room');
  await his.page.getByRole('button', { name: 'Add widget' }).first().waitFor();
  await page.getByRole('button', { name: /^Board:/ }).click();
  await page.getByRole('link', { name: 'Engine room' }).waitFor();
}
