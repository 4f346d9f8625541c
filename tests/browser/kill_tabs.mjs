// Kills tabs of one browser profile over and over while they press, and prints what their pages had said was saved and is not there.
//
//   node tests/browser/kill_tabs.mjs [--times N] [--seed SEED] [--saved N] [--waiting-max N]
//     [--broken emptied|last|doubled|reordered] [--bundle FOLDER]
//
// `cargo xtask kill-tabs` calls it. `--saved` times so many presses first, from the press to the page's word that it is saved, with
// nothing else going on in the tab. Every second tab is killed in the moment in which its page has said that all of it is saved. With `--waiting-max` what a page says while more
// edits wait is not counted. `--broken` plays a device or a server that keeps its word badly: it is found, and the script fails.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';
import { killTabs } from './tabs/rounds.mjs';

/** A line is printed after so many kills. */
const TOLD_EVERY = 10;
const TARGET_P95_MS = 25;

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
    saved: { type: 'string', default: '500' },
    'waiting-max': { type: 'string' },
    broken: { type: 'string' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const [times, timed] = [Number(options.times), Number(options.saved)];
console.log(`the plan of seed ${options.seed}: cargo xtask kill-tabs --times ${times} --seed ${options.seed}`);
const server = new Server(options.bundle);
const started = performance.now();
try {
  await server.start();
  const { books, took } = await killTabs(server, {
    times,
    timed,
    seed: options.seed,
    waitingMax: options['waiting-max'] === undefined ? undefined : Number(options['waiting-max']),
    broken: options.broken,
    told: (killed, { saved, pressed }) => {
      if (killed % TOLD_EVERY === 0) console.log(`${killed} kills: ${saved} saved of ${pressed} pressed`);
    },
  });
  for (const complaint of books.complaints) console.log(`  ${complaint}`);
  if (took.length > 0) {
    const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1);
    console.log(`press to saved on this device, ${took.length} presses, ms:`);
    console.log(`p50 ${at(0.5)}   p95 ${at(0.95)}   most ${at(1)}   (p95 to reach: ${TARGET_P95_MS})`);
  }
  const { lost, doubled, disordered, settled, frozen, saved, pressed } = books;
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  const wrong = `${lost} lost, ${doubled} doubled, ${disordered} out of order`;
  console.log(`${times} kills, ${settled} of them when all was said to be saved, ${frozen} stops, ${wrong}, ${saved} saved of ${pressed} pressed (${seconds} s)`);
  process.exitCode = lost + doubled + disordered === 0 && saved > 0 ? 0 : 1;
} finally {
  await server.close();
}
