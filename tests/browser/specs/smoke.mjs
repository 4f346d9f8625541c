export const title = 'the page opens, comes alive, and nothing is logged as an error';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const page = await ada.open();
  await page.getByRole('main').waitFor();
}
