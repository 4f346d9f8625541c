// What people install, as `cargo xtask dist` has made it: each package is installed into a folder of its own, and what is in it is started.
//
//   node tests/dist/run.mjs [--packages FOLDER] [--bundle FOLDER]
//
// `cargo xtask test --only dist` makes the packages and calls it. Its last line is `N passed, N failed`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { project, target } from '../browser/harness/tools.mjs';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string', default: process.env.TIDEBOARD_PACKAGES ?? join(target, 'dist-test') },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'tideboard-dist-'));
const [tarball, debian] = [/\.tar\.gz$/, /\.deb$/].map((ending) => {
  const found = readdirSync(options.packages).filter((name) => ending.test(name));
  if (found.length !== 1) throw new Error(`in ${options.packages} are ${found.length} packages ${ending}`);
  return join(options.packages, found[0]);
});
execFileSync('tar', ['--extract', '--file', tarball, '--directory', folder]);
const [unpacked] = readdirSync(folder).map((name) => join(folder, name));
const installed = join(folder, 'installed');
mkdirSync(installed);
execFileSync('dpkg-deb', ['--extract', debian, installed]);

let [passed, failed] = [0, 0];
const specs = join(project, 'tests/dist/specs');
for (const name of readdirSync(specs).filter((name) => name.endsWith('.mjs')).sort()) {
  const { title, play, leftOut = () => undefined } = await import(join(specs, name));
  const why = leftOut();
  if (why !== undefined) {
    console.log(`left out: ${title} (${why})`);
    continue;
  }
  const started = performance.now();
  const closing = [];
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    await play({ unpacked, installed, debian, bundle: options.bundle, folder, closes: (close) => closing.push(close) });
    passed += 1;
    console.log(`ok    ${title} (${seconds()})`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${title} (${seconds()}, ${name})`);
    console.log(String(error.stack ?? error).replace(/^/gm, '      '));
  }
  for (const close of closing) await close();
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
