import { equal, match } from 'node:assert/strict';

export const title = 'a number that a script posts is offered to both, one adds it, and both see each further value; what is no line is told by its number';

export async function play(stage) {
  const server = await stage.server();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const post = async (body) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body });
    return { status: answer.status, ...(await answer.json()) };
  };
  const said = await post('# a tank\n{"series": "oil", "value": 3}\nfuel much\nfuel 12.5\n');
  equal(`${said.status} ${said.taken} ${said.refused} ${said.lines[0].line}`, '200 2 1 3');
  match(said.lines[0].reason, /a number/);

  const offer = (board) => board.page.locator('.banner[data-state="new-series"]');
  await Promise.all([hers, his].map((board) => offer(board).getByText('New: fuel and 1 more').waitFor()));
  await his.page.getByRole('button', { name: 'Not now' }).click();
  await offer(his).getByText('New: oil').waitFor();
  // It stays declined, and can be had wherever a series is typed.
  await his.page.reload();
  await his.isIn('live');
  await offer(his).getByText('New: oil').waitFor();
  equal(await his.page.locator('#known-series option[value="fuel"]').count(), 1);
  await hers.page.getByRole('button', { name: 'Add to board' }).click();
  const shown = async (board, figure) => {
    // Below the edge of the window nobody sees it, and nothing is drawn.
    await board.widget('fuel').scrollIntoViewIfNeeded();
    await board.widget('fuel').locator('.figure').getByText(figure, { exact: true }).waitFor();
  };
  await Promise.all([hers, his].map((board) => shown(board, '12.5')));
  await offer(hers).getByText('New: oil').waitFor();
  await post('fuel 11.2');
  await Promise.all([hers, his].map((board) => shown(board, '11.2')));

  // Its last values are there for who comes later, and nobody is offered what is shown.
  const late = await (await stage.person('Cleo')).open();
  await late.isIn('live');
  await shown(late, '11.2');
  await offer(late).getByText('New: oil').waitFor();
}
