import { equal } from 'node:assert/strict';

export const title = 'a chart goes back an hour with what was sent late, a gap in it, and the newest at its end; and is the same after the server was started again';

const MINUTE_MS = 60_000;

export async function play(stage) {
  const server = await stage.server();
  const ada = await stage.person('Ada');
  const board = await ada.open();
  await board.isIn('live');
  const now = Date.now();
  // An hour by the minute, but for a quarter of it.
  const minutes = Array.from({ length: 61 }, (_, back) => 60 - back).filter((back) => back < 20 || back > 35);
  const body = minutes.map((back) => `tank{side="north"} ${back} ${now - back * MINUTE_MS}\n`).join('');
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body });
  equal((await answer.json()).taken, minutes.length);

  await board.page.getByRole('button', { name: 'Not now' }).click();
  await board.page.getByRole('banner').getByRole('button', { name: 'Add widget' }).click();
  await board.page.getByLabel('Kind').selectOption('Chart');
  await board.page.getByLabel('Title').fill('Tank');
  await board.page.getByLabel('Series').fill('tank{*');
  await board.page.getByRole('button', { name: 'Add', exact: true }).click();
  const chart = board.widget('Tank');
  await chart.getByRole('img', { name: 'tank north: 0' }).waitFor();
  await chart.getByText('5 min ago').waitFor();
  await board.openMenu('Tank');
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  await board.page.getByLabel('Span').selectOption('1 h');
  await board.page.getByRole('button', { name: 'Save' }).click();
  const goesBack = async () => {
    await chart.getByText(/^(1\sh|5\d\smin) ago$/).waitFor();
    await chart.getByRole('img', { name: 'tank north: 0' }).waitFor();
    // One stroke before the gap, and one after it.
    const strokes = await chart.locator('path.series-line').first().getAttribute('d');
    equal(strokes.match(/M/g).length, 2, strokes);
  };
  await goesBack();
  await server.kill();
  await server.start();
  await board.page.reload();
  await board.isIn('live');
  await goesBack();
}
