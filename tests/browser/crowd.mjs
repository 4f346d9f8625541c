// Prints how a page bears a crowded board: many widgets, some of which change ten times a second, while a person presses.
//
//   node tests/browser/crowd.mjs [--widgets N] [--moving N] [--presses N] [--profile FILE] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine. `cargo xtask crowd` calls it. The changes are real operations,
// pushed to the real server by a client of its own; the presses are the browser's own input.
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './harness/browser.mjs';
import { Board } from './harness/board.mjs';
import { Client } from './harness/client.mjs';
import { HELD_MS, busy, seconds, told, verdict, watch } from './harness/pixels.mjs';
import { tell } from './harness/profile.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';
import { TICK_MS, Writer } from './harness/writer.mjs';

const GOALS = { taskMs: 50, pixelMs: 16 };
/** Ticks of the writer from one press to the next: presses fall anywhere between two changes. */
const TICKS_A_PRESS = 2;
const BOARD = 'crowd';
const PRESSED = 'Pressed';
/** What a frame has room for, when each makes a widget. */
const CREATED_AT_ONCE = 100;

const { values: options } = parseArgs({
  options: {
    widgets: { type: 'string', default: '1000' },
    moving: { type: 'string', default: '200' },
    presses: { type: 'string', default: '100' },
    profile: { type: 'string' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});
const [widgets, moving, presses] = [options.widgets, options.moving, options.presses].map(Number);
if (!(widgets >= moving && moving >= 1 && widgets <= 1_999 && moving <= 200 && presses >= 1)) {
  console.error('of 1 to 1999 widgets (a board holds 2000 with its own), 1 to 200 move (a frame holds no more), and there is a press');
  process.exit(1);
}

const server = new Server(options.bundle);
const browser = await launchBrowser();
try {
  report('a bare page of one button and one number, which is what this browser takes by itself', await measureBare());
  await server.start();
  const writer = await Client.greet(server.port);
  await makeBoard(writer);
  const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
  const opened = performance.now();
  await page.goto(`http://localhost:${server.port}/boards/${BOARD}`);
  await new Board(page).isIn('live');
  await page.waitForFunction((count) => document.querySelectorAll('article.card').length === count, widgets + 1);
  console.log(`${widgets} widgets, all of them on the page ${seconds(performance.now() - opened)} after it was asked for`);
  await page.evaluate(watch, PRESSED);
  const session = await page.context().newCDPSession(page);
  // The processor's time, and not the clock's: a page that waits for its turn is not busy.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });

  report('nothing moves', await measure(page, session, new Writer(writer, BOARD, [])));
  const moves = new Writer(writer, BOARD, Array.from({ length: moving }, (_, at) => `widget-${at}`));
  const figures = await measure(page, session, moves, options.profile);
  report(`${moving} of them change ${1_000 / TICK_MS} times a second`, figures);
  console.log(`  the server took ${figures.ticks} ticks, and was too slow for ${moves.leftOut} more`);
  await writer.isSettled();
  const counted = performance.now();
  await new Board(page).counts(moves.ticks, titleOf(0));
  console.log(`  the last change was on the page ${seconds(performance.now() - counted)} after the server had it`);
  writer.close();
} finally {
  await browser.close();
  await server.close();
}

async function makeBoard(writer) {
  const create = (widget, kind, fields) => ({ widget, intent: { create: { kind, fields } } });
  const all = [
    create('board', 'board', { name: 'Crowd' }),
    create('pressed', 'counter', { title: PRESSED, count: 0, order: 0 }),
    ...Array.from({ length: widgets }, (_, at) => create(`widget-${at}`, ...look(at))),
  ];
  for (let at = 0; at < all.length; at += CREATED_AT_ONCE) {
    writer.push(BOARD, all.slice(at, at + CREATED_AT_ONCE));
    await writer.isSettled();
  }
}

/** Kind and fields of a widget. Those that move are spread over the whole board. */
function look(at) {
  if (at < moving) return ['counter', { title: titleOf(at), count: 0, order: 1 + (at * widgets) / moving }];
  const order = 1.5 + at;
  const title = `Still ${at}`;
  return [
    ['status', { title, state: 'ok', text: 'All is well.', order }],
    ['setpoint', { title, value: 21, unit: '°C', min: 5, max: 30, step: 0.5, order }],
    ['note', { title, text: 'Everybody here can edit this, together.', order }],
    ['counter', { title, count: at, order }],
  ][at % 4];
}

function titleOf(at) {
  return `Moving ${at}`;
}

/** Presses on a page that has nothing to do but to count: what is left is the wait for the next frame, and its drawing. */
async function measureBare() {
  const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
  await page.setContent(`<article aria-label="${PRESSED}"><output>0</output><button aria-label="Add one">+</button></article>`);
  await page.evaluate(() => {
    const output = document.querySelector('output');
    document.querySelector('button').addEventListener('click', () => (output.textContent = Number(output.textContent) + 1));
  });
  await page.evaluate(watch, PRESSED);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const figures = await measure(page, session, new Writer({ undecided: 0 }, BOARD, []));
  await page.context().close();
  return figures;
}

/** Presses while the writer writes. Gives what the page saw, and what its main thread did, both in milliseconds. */
async function measure(page, session, writer, profile = undefined) {
  const box = await page.getByRole('article', { name: PRESSED, exact: true }).getByRole('button', { name: 'Add one' }).boundingBox();
  writer.start();
  await once(writer, 'tick');
  await page.evaluate(() => globalThis.pixels.forget());
  if (profile !== undefined) await startProfile(session);
  const [before, started] = [await busy(session), performance.now()];
  for (let press = 1; press <= presses; press += 1) {
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { delay: HELD_MS });
    await page.evaluate((count) => globalThis.pixels.shown(count), press);
    for (let tick = 0; tick < TICKS_A_PRESS; tick += 1) await once(writer, 'tick');
  }
  const [after, took] = [await busy(session), performance.now() - started];
  writer.stop();
  if (profile !== undefined) await endProfile(session, profile);
  const share = Object.fromEntries(Object.keys(after).map((part) => [part, ((after[part] - before[part]) * 1_000) / took]));
  return { ...(await page.evaluate(() => globalThis.pixels.figures())), share, took, ticks: writer.ticks };
}

async function startProfile(session) {
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 200 });
  await session.send('Profiler.start');
}

async function endProfile(session, file) {
  const { profile } = await session.send('Profiler.stop');
  writeFileSync(file, JSON.stringify(profile));
  console.log(tell(profile));
}

function report(what, figures) {
  const { tasks, events, share, took } = figures;
  const long = tasks.filter((task) => task > GOALS.taskMs);
  const percent = (part) => `${(share[part] * 100).toFixed(0)} %`;
  const sum = tasks.reduce((all, task) => all + task, 0);
  console.log(`${what}, for ${seconds(took)}:`);
  console.log(`  main thread busy ${percent('all')}: script ${percent('script')}, style ${percent('style')}, layout ${percent('layout')}`);
  console.log(`  long tasks over ${GOALS.taskMs} ms: ${long.length}, the longest ${Math.max(0, ...tasks).toFixed(0)} ms, ${sum.toFixed(0)} ms in all (goal: none)${verdict(long.length === 0)}`);
  console.log(`  ${told(figures, GOALS.pixelMs)}`);
  console.log(`  by the browser’s own event timing, over ${GOALS.pixelMs} ms: ${events.length} of ${figures.presses.length}, the longest ${Math.max(0, ...events)} ms`);
}
