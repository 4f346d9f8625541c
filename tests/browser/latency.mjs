// Prints how long an edit takes from a press in one browser to the frame that shows it in another, on this machine.
//
//   node tests/browser/latency.mjs [--edits N] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine. `cargo xtask latency` calls it.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Board, COUNTER } from './harness/board.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';

const TARGET_P99_MS = 50;

const { values: options } = parseArgs({
  options: {
    edits: { type: 'string', default: '500' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const server = new Server(options.bundle);
const browser = await launchBrowser();
try {
  await server.start();
  const [presser, watcher] = await Promise.all([open(), open()]);
  await watcher.evaluate(noteFrames, COUNTER);
  const times = [];
  for (let count = 1; count <= Number(options.edits); count += 1) {
    const pressed = await presser.evaluate(press, COUNTER);
    const shown = await watcher.evaluate((text) => globalThis.frameOf(text), String(count));
    times.push(shown - pressed);
  }
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  console.log(`edit in one browser to frame in another, ${times.length} edits, ms:`);
  console.log(`p50 ${at(0.5)}   p95 ${at(0.95)}   p99 ${at(0.99)}   most ${at(1)}   (p99 to reach: ${TARGET_P99_MS})`);
} finally {
  await browser.close();
  await server.close();
}

/** A page of a browser profile of its own, live. */
async function open() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${server.port}/`);
  const board = new Board(page);
  await board.isIn('live');
  await board.counts(0);
  return page;
}

/** Presses, and says when, on the clock that all pages of this machine share. Runs in the page. */
function press(title) {
  const button = document.querySelector(`article[aria-label="${title}"] button[aria-label="Add one"]`);
  const at = performance.timeOrigin + performance.now();
  button.click();
  return at;
}

/** Notes when each number is first shown: in the frame after the document changed. Runs in the page. */
function noteFrames(title) {
  const frames = new Map();
  const waiting = new Map();
  const card = document.querySelector(`article[aria-label="${title}"]`);
  new MutationObserver(() => {
    requestAnimationFrame(() => {
      const text = card.querySelector('output').textContent;
      if (frames.has(text)) return;
      frames.set(text, performance.timeOrigin + performance.now());
      waiting.get(text)?.(frames.get(text));
    });
  }).observe(card, { subtree: true, childList: true, characterData: true });
  globalThis.frameOf = (text) => frames.get(text) ?? new Promise((resolve) => waiting.set(text, resolve));
}
