// Prints how long a board takes to be on the screen, in a frame, where there is no server: from the address to its widgets, in the picture
// that was kept of them; and on the board itself, which lives: it can be edited.
//
//   node tests/browser/offline_start.mjs [--starts N] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine. `cargo xtask offline-start` calls it. One board of twelve checklists is on
// the device, each as full as a widget may be, and what was edited here until it is 1 MB in all; a tab is opened on it again and again. It
// fails where a picture shows anything else than the board that takes its place, where there is an empty frame between them, or where the
// board takes no edit.
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
/** What is stored on the device, in letters of keys and texts, nearly all of it the board's. */
const STORED_BYTES = 1_000_000;
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
  writer.push('stores', [{ widget: 'board', intent: { create: { kind: 'board', fields: { name: 'Stores' } } } }]);
  await writer.isSettled();
  for (let list = 0; list < WIDGETS; list += 1) {
    writer.push('stores', [{ widget: `list-${list}`, intent: { create: { kind: 'checklist', fields: fields(list) } } }]);
    await writer.isSettled();
  }
  writer.close();

  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${server.port}/boards/stores`);
  await new Board(page).isIn('live');
  const bytes = await fills(page);
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
    // What is edited has no picture yet: nothing is timed after it.
    if (start === Number(options.starts) - 1) await takesAnEdit(tab);
    await tab.close();
  }
  const pictures = starts.filter(({ first }) => first.isPicture).length;
  console.log(`a board of ${WIDGETS} widgets, ${bytes.toLocaleString('en')} bytes of it stored, without a server, ${starts.length} starts, ms from the address to the frame that shows it:`);
  console.log(`${line(starts.map(({ first }) => first.at))}   the window is full of it, ${pictures} times in the picture (p95 to reach: ${TARGET_P95_MS})`);
  console.log(`${line(starts.map(({ board }) => board.at))}   the board itself, which can be edited (p95 to reach: ${TARGET_P95_MS})`);
} finally {
  await browser.close();
  await server.close();
}

/** Edits one item after the other until so much is stored, and all is decided; gives the bytes. */
async function fills(page) {
  const boxes = page.locator('#board .check input[type="text"]');
  for (let edited = 0; ; edited += 1) {
    const bytes = await page.evaluate(storedBytes);
    if (bytes >= STORED_BYTES) return bytes;
    const box = boxes.nth(edited % (WIDGETS * ITEMS));
    await box.fill(text(edited + 1));
    await box.blur();
    await new Board(page).isSettled();
  }
}

/** What this device has stored, by its keys and its texts. Runs in the page. */
async function storedBytes() {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open('tideboard'));
  const records = database.transaction('records').objectStore('records');
  const [keys, texts] = await Promise.all([done(records.getAllKeys()), done(records.getAll())]);
  database.close();
  return keys.reduce((sum, [namespace, key], at) => sum + namespace.length + key.length + texts[at].length, 0);
}

/** What is ticked there is on the device. */
async function takesAnEdit(tab) {
  await tab.locator('#board .check input[type="checkbox"]').first().click();
  await new Board(tab).keeps(1);
}

function fields(list) {
  const items = Array.from({ length: ITEMS }, (_, item) => [[`item-${item}`, text(item)], [`done-${item}`, false]]);
  return { title: `List ${list}`, ...Object.fromEntries(items.flat()) };
}

function text(number) {
  return `${number} `.repeat(LETTERS).slice(0, LETTERS);
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
