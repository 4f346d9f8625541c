// Prints what a page holds while 50 widgets of its board get 100 updates a second, minute by minute.
//
//   node tests/browser/memory.mjs [--minutes N] [--bundle FOLDER]
//
// A report and no test: the spec `memory` looks for a slope over three minutes. `cargo xtask memory` calls it.
import { setTimeout as pass } from 'node:timers/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Board } from './harness/board.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { UPDATES_A_SECOND, WIDGETS, keepMemory, memoryOf, startRestlessBoard } from './harness/memory.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';

const MINUTE_MS = 60_000;
/** So many lines, however long it goes. */
const LINES = 20;

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});
const minutes = Number(options.minutes);

const server = new Server(options.bundle);
const browser = await launchBrowser();
try {
  await server.start();
  const { path, stop } = await startRestlessBoard(server.port);
  const page = await browser.newPage();
  await page.addInitScript(keepMemory);
  await page.goto(`http://localhost:${server.port}/${path}`);
  await new Board(page).isIn('live');
  console.log(`${WIDGETS} widgets, ${UPDATES_A_SECOND} updates a second: MiB of the program, and of what JavaScript holds`);
  const seen = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    await pass(MINUTE_MS);
    const memory = await memoryOf(page);
    seen.push(memory);
    if (minute % Math.ceil(minutes / LINES) === 0) console.log(`${String(minute).padStart(4)} min   ${mebibytes(memory.program)}   ${mebibytes(memory.script)}`);
  }
  const [first, last] = [seen[0], seen.at(-1)];
  console.log(`from the first minute to the last: ${mebibytes(last.program - first.program)}   ${mebibytes(last.script - first.script)}, by ${await stop()} updates`);
} finally {
  await browser.close();
  await server.close();
}

function mebibytes(bytes) {
  return (bytes / 1_048_576).toFixed(2);
}
