import { equal, match, ok } from 'node:assert/strict';
import { SHIFT_MAX, countShifts, shiftsOf } from '../harness/shifts.mjs';

export const title = 'the page comes in its own typeface, which browsers keep, and nothing on it jumps';

export async function play(stage) {
  for (const [width, height, path] of [[360, 740, ''], [1600, 900, ''], [1920, 1080, '?wall']]) {
    const person = await stage.person(`${width}`, { viewport: { width, height } });
    await person.begins(countShifts);
    person.network.slowsPages();
    const board = await person.open(path);
    const { page } = board;
    await board.isIn('live');
    await page.locator('.figure').first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    equal(await page.evaluate(() => document.fonts.check('16px "Hanken Grotesk Variable"')), true);
    const { all, moved } = await shiftsOf(page);
    ok(all < SHIFT_MAX, `at ${width} px all shifts together are ${all}:\n${moved.join('\n')}`);
  }
  const { port } = await stage.server();
  const address = `http://127.0.0.1:${port}/`;
  const page = await (await fetch(address)).text();
  const [, typeface] = page.match(/href="(\/assets\/hanken-grotesk[^"]+\.woff2)"/);
  const answer = await fetch(new URL(typeface, address));
  equal(answer.status, 200);
  match(answer.headers.get('content-type'), /^font\/woff2/);
  match(answer.headers.get('cache-control'), /immutable/);
  const robots = await fetch(new URL('robots.txt', address));
  match(robots.headers.get('content-type'), /^text\/plain/);
}
