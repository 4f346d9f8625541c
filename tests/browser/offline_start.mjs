// Prints how long a board takes to be on the screen, in a frame, where there is no server: from the address to its widgets, in the picture
// that was kept of them and on the board itself.
//
//   node tests/browser/offline_start.mjs [--starts N] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine. `cargo xtask offline-start` calls it. Two boards of twelve
// checklists are on the device, 840 kB of text in all; a tab is opened on one of them again and again. It fails where a picture shows
// anything else than the board that takes its place, or where there is an empty frame between them.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Board } from './harness/board.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { Client } from './harness/client.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';
import { keepsPicture, workerIsReady } from './harness/worker.mjs';

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
  await keepsPicture(page, '/boards/stores');
  await context.setOffline(true);
  await server.kill();
  await page.close();

  await context.addInitScript(noteBoard, WIDGETS);
  const starts = [];
  for (let start = 0; start < Number(options.starts); start += 1) {
    const tab = await context.newPage();
    await tab.goto(`http://localhost:${server.port}/boards/stores`, { waitUntil: 'commit' });
    const { first, board, emptyFrames } = await tab.evaluate(() => globalThis.boardIsShown);
    ok(first.texts.length > 0);
    equal(emptyFrames, 0, 'the board takes the place of the picture');
    deepEqual(board.texts.slice(0, first.texts.length), first.texts, 'the picture is of the board');
    starts.push({ first, board });
    await tab.close();
  }
  const pictures = starts.filter(({ first }) => first.isPicture).length;
  console.log(`a board of ${WIDGETS} widgets without a server, ${starts.length} starts, ms from the address to the frame that shows it:`);
  console.log(`${line(starts.map(({ first }) => first.at))}   the window is full of it, ${pictures} times in a picture (p95 to reach: ${TARGET_P95_MS})`);
  console.log(`${line(starts.map(({ board }) => board.at))}   the board itself`);
} finally {
  await browser.close();
  await server.close();
}

function fields(list) {
  const items = Array.from({ length: ITEMS }, (_, item) => [[`item-${item}`, `${item} `.repeat(LETTERS).slice(0, LETTERS)], [`done-${item}`, false]]);
  return { title: `List ${list}`, ...Object.fromEntries(items.flat()) };
}

function line(times) {
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(0);
  return `p50 ${at(0.5)}   p95 ${at(0.95)}   most ${at(1)}`;
}

/**
 * Resolves with the first frame in which the window is full of widgets, or has them all, with what is in them; and with the first one in
 * which they are those of the board itself: their times, and what can be read in the window. Runs in the page.
 */
function noteBoard(widgets) {
  const isSeen = (element) => element.getBoundingClientRect().top < innerHeight;
  // With its styles, and what is in it: a card that came into sight just now has that a frame later.
  const isPainted = (card) => {
    const { display, visibility } = getComputedStyle(card);
    return display === 'flex' && visibility === 'visible' && card.querySelector('.check').checkVisibility({ contentVisibilityAuto: true });
  };
  const fills = (root) => {
    const cards = [...(root?.querySelectorAll('article:has(.check)') ?? [])];
    const isFull = cards.length === widgets || cards[cards.length - 1]?.getBoundingClientRect().bottom >= innerHeight;
    const seen = cards.filter(isSeen);
    return isFull && seen.every(isPainted) ? seen : undefined;
  };
  const read = (card) => {
    const { bottom } = card.getBoundingClientRect();
    const boxes = [...card.querySelectorAll('input')].filter((box) => isSeen(box) && box.getBoundingClientRect().bottom <= bottom);
    return [card.ariaLabel, card.innerText, ...boxes.map((box) => (box.type === 'checkbox' ? box.checked : box.value.slice(0, 200)))];
  };
  const found = () => {
    const picture = document.querySelector('.first-look:not(:empty)');
    return { isPicture: picture !== null, cards: fills(picture ?? document.querySelector('main[data-state="offline"]')) };
  };
  /** What is read now is on the screen when the next frame begins. */
  const frame = ({ isPicture, cards }) => {
    const texts = cards.map(read);
    return new Promise((resolve) => {
      requestAnimationFrame(() => resolve({ at: performance.now(), isPicture, texts }));
    });
  };
  globalThis.boardIsShown = new Promise((resolve) => {
    let first;
    let emptyFrames = 0;
    const look = () => {
      const shown = found();
      if (shown.cards) first ??= frame(shown);
      else if (first && !shown.isPicture) emptyFrames += 1;
      if (shown.cards && !shown.isPicture) Promise.all([first, frame(shown)]).then(([first, board]) => resolve({ first, board, emptyFrames }));
      else requestAnimationFrame(look);
    };
    look();
  });
}
