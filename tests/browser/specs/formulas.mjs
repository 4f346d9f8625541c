import { Client } from '../harness/client.mjs';

export const title = 'a formula stands wherever a series does: a ratio in a gauge, a sum with a threshold, a chart of means, and the greatest as bars';

const BOARD = 'tanks';
const LEVELS = { 'tank.bow': 3, 'tank.mid': 4, 'tank.aft': 5, used: 30, size: 40 };

export async function play(stage) {
  const server = await stage.server();
  const client = await Client.greet(server.port);
  const create = (widget, kind, fields) => ({ widget, intent: { create: { kind, fields } } });
  client.push(BOARD, [
    create('board', 'board', { name: 'Tanks' }),
    create('share', 'gauge', { title: 'Share', series: ['used / size'], max: 1, order: 0 }),
    create('sum', 'stat', { title: 'Sum', series: ['sum(tank.*)'], unit: 'l', threshold: 11, order: 1 }),
    create('means', 'series', { title: 'Means', series: ['avg 10s of tank.*'], order: 2 }),
    create('greatest', 'bar', { title: 'Greatest', series: ['top 2(tank.*)'], order: 3 }),
  ]);
  await client.isSettled();
  client.close();

  const ada = await stage.person('Ada');
  const hers = await ada.open(`boards/${BOARD}`);
  await hers.isIn('live');
  const body = Object.entries(LEVELS).map(([name, value]) => `${name} ${value}`).join('\n');
  const poster = setInterval(() => fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body }).catch(() => {}), 250);
  try {
    await hers.widget('Share').getByRole('meter').and(hers.page.locator('[aria-valuenow="0.75"]')).waitFor();
    await hers.widget('Sum').locator('.figure').filter({ hasText: /^12\s*l$/ }).waitFor();
    await hers.widget('Sum').getByText('Above 11').waitFor();
    await hers.widget('Greatest').getByText('aft').waitFor();
    await hers.widget('Greatest').getByText('mid').waitFor();
    // One line for each, told by what it is a mean of.
    await hers.widget('Means').getByRole('img', { name: /aft: 5, .*bow: 3, .*mid: 4/ }).waitFor();
  } finally {
    clearInterval(poster);
  }
}
