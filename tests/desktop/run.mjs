// The window's suite: each spec is one behaviour, played by keyboard and by what is in the page, with the program and a released server.
//
//   node tests/desktop/run.mjs [--repeat N] [--only WORD] [--program FILE] [--bundle FOLDER]
//   node tests/desktop/run.mjs --measure
//
// `cargo xtask test --only desktop` builds the program and calls it. Its last line is `N passed, N failed`. `--measure` plays none,
// and prints what a window costs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Server } from '../browser/harness/server.mjs';
import { project, target } from '../browser/harness/tools.mjs';
import { measure } from './measure.mjs';
import { Screen } from './harness/screen.mjs';
import { Window } from './harness/window.mjs';

/** No spec takes longer than this, in milliseconds, whatever it hangs on. */
const SPEC_MAX_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    repeat: { type: 'string', default: '1' },
    measure: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    program: { type: 'string', default: process.env.TIDEBOARD_DESKTOP ?? join(target, 'desktop/dev/tideboard') },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

if (!existsSync(options.program)) throw new Error(`no program at ${options.program}: \`cargo xtask test --only desktop\` builds it`);

const folder = join(project, 'tests/desktop/specs');
const names = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name.includes(options.only)).sort();
const screen = await Screen.start();
if (options.measure) {
  const server = new Server(options.bundle);
  const window = new Window(options.program, screen);
  try {
    await measure({ screen, server, window });
  } finally {
    await window.close();
    await server.close();
    screen.close();
  }
  process.exit();
}
const failures = [];
let passed = 0;

for (let round = 1; round <= Number(options.repeat); round += 1) {
  for (const name of names) {
    const { title, play, serverOptions = [] } = await import(join(folder, name));
    const started = performance.now();
    const server = new Server(options.bundle, serverOptions);
    const window = new Window(options.program, screen);
    try {
      await within(SPEC_MAX_MS, play({ screen, server, window, bundle: options.bundle, program: options.program }));
      passed += 1;
      console.log(`ok    ${title} (${seconds(started)})`);
    } catch (error) {
      failures.push(title);
      console.log(`FAIL  ${title} (${seconds(started)}, ${name}${round > 1 ? `, round ${round}` : ''})`);
      console.log(indent([error.stack, error.cause?.stack, window.log(), server.log()].join('\n')));
    } finally {
      await window.close();
      await server.close();
    }
  }
}

screen.close();
for (const title of failures) console.log(`failed: ${title}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;

function within(limitMs, work) {
  let timer;
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([work, expired]).finally(() => clearTimeout(timer));
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
