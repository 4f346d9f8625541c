export const title = 'the page opens, comes alive, and nothing is logged as an error';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const board = await ada.open();
  await board.page.getByRole('main').waitFor();
  await board.isIn('live');
}
