// The browser suite: each spec is one behaviour, played by people in real browsers against the released server.
//
//   node tests/browser/run.mjs [--repeat N] [--only WORD] [--bundle FOLDER]
//
// `cargo xtask test --only browser` installs what it needs and calls it. Its last line is `N passed, N failed`.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './harness/browser.mjs';
import { Stage } from './harness/stage.mjs';
import { project } from './harness/tools.mjs';

/** No spec takes longer than this, in milliseconds, whatever it hangs on, but one that says how long it may. */
const SPEC_MAX_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    repeat: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(project, 'target/dx/tideboard/release/web') },
  },
});

const folder = join(project, 'tests/browser/specs');
const names = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name.includes(options.only)).sort();
const browser = await launchBrowser();
const failures = [];
let passed = 0;

for (let round = 1; round <= Number(options.repeat); round += 1) {
  for (const name of names) {
    const { title, play, maxMs = SPEC_MAX_MS } = await import(join(folder, name));
    const started = performance.now();
    const stage = new Stage(browser, options.bundle);
    try {
      await within(maxMs, play(stage));
      stage.assertNoComplaint();
      passed += 1;
      console.log(`ok    ${title} (${seconds(started)})`);
    } catch (error) {
      failures.push(title);
      console.log(`FAIL  ${title} (${seconds(started)}, ${name}${round > 1 ? `, round ${round}` : ''})`);
      console.log(indent(error.stack ?? String(error)));
      console.log(indent(await stage.describe()));
    } finally {
      await stage.close();
    }
  }
}

await browser.close();
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
