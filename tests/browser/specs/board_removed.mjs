export const title = 'the tab has the board’s name; a board that was removed by mistake comes back, and its page with it';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const { page } = await ada.open();
  await page.waitForFunction(() => document.title === 'This machine · Tideboard');
  await page.getByRole('button', { name: /^Board:/ }).click();
  await page.getByRole('textbox', { name: 'New board', exact: true }).fill('Engine room');
  await page.getByRole('button', { name: 'Add board' }).click();
  await page.waitForURL('**/boards/engine-room*');
  await page.waitForFunction(() => document.title === 'Engine room · Tideboard');
  const address = page.url();

  await page.getByRole('button', { name: /^Board:/ }).click();
  await page.getByRole('button', { name: 'Remove board' }).click();
  await page.waitForFunction(() => document.title === 'This machine · Tideboard');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.waitForURL(address);
  await page.waitForFunction(() => document.title === 'Engine room · Tideboard');
}
