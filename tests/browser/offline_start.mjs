// Prints how long a board takes to be on the screen, in a frame, where there is no server: from the address to its widgets.
//
//   node tests/browser/offline_start.mjs [--starts N] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine. `cargo xtask offline-start` calls it. Two boards of twelve
// checklists are on the device, 840 kB of text in all; a tab is opened on one of them again and again.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Board } from './harness/board.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { Client } from './harness/client.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';
import { workerIsReady } from './harness/worker.mjs';

const TARGET_P95_MS = 400;
const WIDGETS = 12;
/** Of a list: so many items, of so many letters each. A widget holds 44 KiB. */
const [ITEMS, LETTERS] = [10, 3_500];

const { values: options } = parseArgs({
  options: {
    starts: { type: 'string', default: '30' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const server = new Server(options.bundle);
const browser = await launchBrowser();
try {
  await server.start();
  const writer = await Client.greet(server.port);
  for (const board of ['stores', 'engine-room']) {
    writer.push(board, [{ widget: 'board', intent: { create: { kind: 'board', fields: { name: board } } } }]);
    await writer.isSettled();
    for (let list = 0; list < WIDGETS; list += 1) {
      writer.push(board, [{ widget: `list-${list}`, intent: { create: { kind: 'checklist', fields: fields(list) } } }]);
      await writer.isSettled();
    }
  }
  writer.close();

  const context = await browser.newContext();
  const page = await context.newPage();
  for (const board of ['engine-room', 'stores']) {
    await page.goto(`http://localhost:${server.port}/boards/${board}`);
    await new Board(page).isIn('live');
  }
  await workerIsReady(page);
  await context.setOffline(true);
  await server.kill();
  await page.close();

  await context.addInitScript(noteBoard, WIDGETS);
  const times = [];
  for (let start = 0; start < Number(options.starts); start += 1) {
    const tab = await context.newPage();
    await tab.goto(`http://localhost:${server.port}/boards/stores`, { waitUntil: 'commit' });
    times.push(await tab.evaluate(() => globalThis.boardIsShown));
    await tab.close();
  }
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(0);
  console.log(`a board of ${WIDGETS} widgets without a server, ${times.length} starts, ms from the address to the frame that shows it:`);
  console.log(`p50 ${at(0.5)}   p95 ${at(0.95)}   most ${at(1)}   (p95 to reach: ${TARGET_P95_MS})`);
} finally {
  await browser.close();
  await server.close();
}

function fields(list) {
  const items = Array.from({ length: ITEMS }, (_, item) => [[`item-${item}`, `${item} `.repeat(LETTERS).slice(0, LETTERS)], [`done-${item}`, false]]);
  return { title: `List ${list}`, ...Object.fromEntries(items.flat()) };
}

/** Resolves with the time of the first frame in which the window is full of widgets, or has them all, with what is in them. Runs in the page. */
function noteBoard(widgets) {
  globalThis.boardIsShown = new Promise((resolve) => {
    const look = () => {
      const shown = document.querySelectorAll('main[data-state="offline"] article:has(.check)');
      const isFull = shown.length === widgets || shown[shown.length - 1]?.getBoundingClientRect().bottom >= innerHeight;
      if (isFull) requestAnimationFrame(() => resolve(performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  });
}
