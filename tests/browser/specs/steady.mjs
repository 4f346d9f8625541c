import { equal, match, ok } from 'node:assert/strict';

export const title = 'the page comes in its own typeface, which browsers keep, and nothing on it jumps';

/** What is felt: Chromium calls a page good below a tenth. */
const SHIFT_MAX = 0.02;

export async function play(stage) {
  for (const [width, height, path] of [[360, 740, ''], [1600, 900, ''], [1920, 1080, '?wall']]) {
    const person = await stage.person(`${width}`, { viewport: { width, height } });
    const { page: before } = await person.open('healthz');
    await before.context().addInitScript(countShifts);
    const board = await person.open(path);
    const { page } = board;
    await board.isIn('live');
    await page.locator('.figure').first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    equal(await page.evaluate(() => document.fonts.check('16px "Hanken Grotesk Variable"')), true);
    const shift = await page.evaluate(shiftsSoFar);
    ok(shift < SHIFT_MAX, `at ${width} px all shifts together are ${shift}`);
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

/** Counts what moves from the first paint on. Runs in each page before all else. */
function countShifts() {
  globalThis.shifts = 0;
  const add = (list) => list.getEntries().forEach(({ value }) => (globalThis.shifts += value));
  new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
}

/** Runs in the page: the browser tells of a frame's shifts before the next but one. */
function shiftsSoFar() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(globalThis.shifts)))));
}
