// Kills the released server over and over under load, and prints what it had promised and has not kept: nothing, it should be.
//
//   node tests/browser/torture.mjs [--times N] [--seed SEED] [--broken rolled-back|doubled] [--bundle FOLDER]
//
// `cargo xtask torture` calls it. `--broken` plays a server that keeps its word badly: it is found, and the script fails.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';
import { torture } from './torture/rounds.mjs';

/** A line is printed after so many kills. */
const TOLD_EVERY = 10;

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
    broken: { type: 'string' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const times = Number(options.times);
console.log(`the plan of seed ${options.seed}: cargo xtask torture --times ${times} --seed ${options.seed}`);
const server = new Server(options.bundle);
const started = performance.now();
try {
  await server.start();
  const ledger = await torture(server, {
    times,
    seed: options.seed,
    broken: options.broken,
    told: (killed, books) => {
      if (killed > 0 && killed % TOLD_EVERY === 0) console.log(line(killed, books));
    },
  });
  for (const complaint of ledger.complaints) console.log(`  ${complaint}`);
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`${times} kills, ${ledger.lost} lost, ${ledger.doubled} doubled, ${ledger.acknowledged} acknowledged (${seconds} s)`);
  process.exitCode = ledger.lost + ledger.doubled === 0 && ledger.acknowledged > 0 ? 0 : 1;
} finally {
  await server.close();
}

function line(killed, { acknowledged, found, lost, doubled }) {
  return `${killed} kills: ${acknowledged} acknowledged, ${found} on the disk before they were, ${lost} lost, ${doubled} doubled`;
}
