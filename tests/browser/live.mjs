// Prints how a page bears live values: charts of many series that come ten times a second, on the screen, scrolled away and in a hidden
// tab; and how soon a press is seen while edits wait.
//
//   node tests/browser/live.mjs [--widgets N] [--series N] [--seconds N] [--pending N] [--profile FILE] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine. `cargo xtask live` calls it. The values are posted to the real server; the
// presses, those that wait among them, are the browser's own input.
import { writeFileSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './harness/browser.mjs';
import { Board } from './harness/board.mjs';
import { Client } from './harness/client.mjs';
import { HELD_MS, busy, seconds, told, verdict, watch } from './harness/pixels.mjs';
import { tell } from './harness/profile.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';

const GOALS = { taskMs: 50, share: 0.4, pixelMs: 16 };
const [WIDTH, HEIGHT] = [1_600, 1_000];
const TICK_MS = 100;
/** Until each series has the last minutes that a chart shows. */
const WARM_UP_MS = 32_000;
const BOARD = 'live';
const PRESSED = 'Pressed';
/** What stands below the charts: where it is on the screen, none of them is. */
const STILL = 60;

const { values: options } = parseArgs({
  options: {
    widgets: { type: 'string', default: '50' },
    series: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    pending: { type: 'string', default: '1000' },
    profile: { type: 'string' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});
const [widgets, series, measured, pending] = [options.widgets, options.series, options.seconds, options.pending].map(Number);
if (!(widgets >= 1 && widgets <= 500 && series >= widgets && series <= 2_000 && measured >= 1 && pending >= 0)) {
  console.error('of 1 to 500 widgets each shows a series or more, of 2000 at most, for a second or more');
  process.exit(1);
}

const server = new Server(options.bundle);
const browser = await launchBrowser();
try {
  await server.start();
  await makeBoard();
  const page = await (await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT } })).newPage();
  const poster = post();
  await page.goto(`http://localhost:${server.port}/boards/${BOARD}`);
  const board = new Board(page);
  await board.isIn('live');
  await page.waitForFunction((count) => document.querySelectorAll('article .series-line').length >= count, series);
  await page.evaluate(watch, PRESSED);
  await page.evaluate(countDrawn);
  const session = await page.context().newCDPSession(page);
  // The processor's time, and not the clock's: a page that waits for its turn is not busy.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await pass(WARM_UP_MS);
  const what = `${widgets} charts, ${series} series at ${1_000 / TICK_MS} Hz`;
  const seen = async () => `${what}, ${await page.evaluate(() => globalThis.drawn.seen())} of them on the screen`;

  report(await seen(), await measure(page, session, options.profile), GOALS.share);
  await page.setViewportSize({ width: WIDTH, height: await page.evaluate(() => globalThis.drawn.height()) });
  await pass(2_000);
  report(await seen(), await measure(page, session), GOALS.share);
  await page.setViewportSize({ width: WIDTH, height: HEIGHT });
  await page.getByRole('article', { name: `Still ${STILL - 1}`, exact: true }).scrollIntoViewIfNeeded();
  await pass(1_000);
  report(`${what}, all of them scrolled away`, await measure(page, session));
  await page.evaluate(() => scrollTo(0, 0));
  await pass(1_000);
  await page.evaluate(hide, true);
  report(`${what}, in a tab that says it is hidden`, await measure(page, session));
  await page.evaluate(hide, false);
  await pass(2_000);
  reportPresses('presses meanwhile', await press(page, 100));

  await board.openDetails();
  await page.getByRole('switch', { name: 'Work offline' }).click();
  await page.keyboard.press('Escape');
  await board.isIn('offline');
  const before = await page.evaluate(() => globalThis.pixels.figures().presses.length);
  const { x, y } = await place(page);
  for (let waiting = 0; waiting < pending; waiting += 1) await page.mouse.click(x, y);
  await page.evaluate((count) => globalThis.pixels.shown(count), before + pending);
  await page.waitForFunction((count) => Number(document.querySelector('.pending-badge .count')?.textContent) >= count, pending);
  reportPresses(`presses while ${pending} edits wait`, await press(page, 200));
  console.log(`  ${await poster.stop()} posts of ${series} values; ${poster.late} were left out, since the one before was under way`);
} finally {
  await browser.close();
  await server.close();
}

async function makeBoard() {
  const client = await Client.greet(server.port);
  const create = (widget, kind, fields) => ({ widget, intent: { create: { kind, fields } } });
  const share = Math.floor(series / widgets);
  const all = [
    create('board', 'board', { name: 'Live' }),
    create('pressed', 'counter', { title: PRESSED, count: 0, order: 0 }),
    ...Array.from({ length: widgets }, (_, at) => create(`chart-${at}`, 'series', { title: `Chart ${at}`, series: namesOf(at, share), order: at + 1 })),
    ...Array.from({ length: STILL }, (_, at) => create(`still-${at}`, 'note', { title: `Still ${at}`, text: 'Nothing moves here.', order: widgets + at + 1 })),
  ];
  for (let from = 0; from < all.length; from += 50) {
    client.push(BOARD, all.slice(from, from + 50));
    await client.isSettled();
  }
  client.close();
}

function namesOf(chart, share) {
  const [first, end] = [chart * share, chart === widgets - 1 ? series : (chart + 1) * share];
  return Array.from({ length: end - first }, (_, at) => `live.${first + at}`);
}

/** Posts a value of each series ten times a second, until `stop` is called, which gives how often. */
function post() {
  const url = `http://127.0.0.1:${server.port}/api/v1/samples`;
  const state = { late: 0, stop: undefined };
  let [posts, isUnderWay] = [0, false];
  const timer = setInterval(async () => {
    if (isUnderWay) {
      state.late += 1;
      return;
    }
    isUnderWay = true;
    posts += 1;
    const value = (number) => 50 + 30 * Math.sin(posts / 40 + number) + ((posts * 7_919 + number * 104_729) % 97) / 10;
    const body = Array.from({ length: series }, (_, number) => `live.${number} ${value(number).toFixed(2)}`).join('\n');
    try {
      await (await fetch(url, { method: 'POST', body })).text();
      isUnderWay = false;
    } catch {
      // The server is gone, and why is told elsewhere.
      clearInterval(timer);
    }
  }, TICK_MS);
  state.stop = async () => {
    clearInterval(timer);
    return posts;
  };
  return state;
}

/** What the page's main thread does in a while, and how often charts are drawn. */
async function measure(page, session, profile = undefined) {
  await page.evaluate(() => {
    globalThis.pixels.forget();
    globalThis.drawn.forget();
  });
  if (profile !== undefined) {
    await session.send('Profiler.enable');
    await session.send('Profiler.start');
  }
  const [before, started] = [await busy(session), performance.now()];
  await pass(measured * 1_000);
  const [after, took] = [await busy(session), performance.now() - started];
  if (profile !== undefined) {
    const told = await session.send('Profiler.stop');
    writeFileSync(profile, JSON.stringify(told.profile));
    console.log(tell(told.profile));
  }
  const share = Object.fromEntries(Object.keys(after).map((part) => [part, ((after[part] - before[part]) * 1_000) / took]));
  const { tasks } = await page.evaluate(() => globalThis.pixels.figures());
  const drawn = await page.evaluate(() => globalThis.drawn.count());
  return { tasks, share, drawn: (drawn * 1_000) / took, took };
}

/** Presses where the button is: to look for it each time would take frames of its own. */
async function press(page, count) {
  const { x, y } = await place(page);
  await page.evaluate(() => globalThis.pixels.forget());
  for (let pressed = 1; pressed <= count; pressed += 1) {
    await page.mouse.click(x, y, { delay: HELD_MS });
    await page.evaluate((count) => globalThis.pixels.shown(count), pressed);
    // Presses fall anywhere between two values.
    await pass(70);
  }
  return page.evaluate(() => globalThis.pixels.figures());
}

/** The middle of the button. */
async function place(page) {
  const button = page.getByRole('article', { name: PRESSED, exact: true }).getByRole('button', { name: 'Add one' });
  const box = await button.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function report(what, { tasks, share, drawn, took }, goal = undefined) {
  const long = tasks.filter((task) => task > GOALS.taskMs);
  const percent = (part) => `${(share[part] * 100).toFixed(1)} %`;
  console.log(`${what}, for ${seconds(took)}:`);
  const missed = goal === undefined ? '' : ` (goal: ${goal * 100} %)${verdict(share.all <= goal)}`;
  console.log(`  main thread busy ${percent('all')}${missed}: script ${percent('script')}, style ${percent('style')}, layout ${percent('layout')}`);
  console.log(`  charts drawn ${drawn.toFixed(1)} times a second${goal === undefined ? ` (goal: none)${verdict(drawn === 0)}` : ''}`);
  console.log(`  long tasks over ${GOALS.taskMs} ms: ${long.length}, the longest ${Math.max(0, ...tasks).toFixed(0)} ms (goal: none)${verdict(long.length === 0)}`);
}

function reportPresses(what, figures) {
  console.log(`${what}: ${told(figures, GOALS.pixelMs)}; ${figures.tasks.length} long tasks`);
}

/** Counts how often charts get another line. Runs in the page. */
function countDrawn() {
  let count = 0;
  const cards = [...document.querySelectorAll('article[data-kind="series"]')];
  const observer = new MutationObserver((records) => {
    count += new Set(records.map(({ target }) => target.closest('article'))).size;
  });
  for (const card of cards) observer.observe(card, { subtree: true, attributeFilter: ['d'] });
  const isOnScreen = (card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  globalThis.drawn = {
    forget: () => {
      observer.takeRecords();
      count = 0;
    },
    count: () => count,
    seen: () => cards.filter(isOnScreen).length,
    /** So high is a window that has all of them. */
    height: () => Math.ceil(cards.at(-1).getBoundingClientRect().bottom + scrollY),
  };
}

/** What a browser does to a tab behind another one, and this one, which has no window, does not. Runs in the page. */
function hide(isHidden) {
  globalThis.isHidden = isHidden;
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (globalThis.isHidden ? 'hidden' : 'visible') });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => globalThis.isHidden });
  document.dispatchEvent(new Event('visibilitychange'));
}
