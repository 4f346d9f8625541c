import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const title = 'the tarball holds what its guide names, and its unit is one that systemd understands and calls well protected';

export function play({ unpacked, folder }) {
  const files = ['Dockerfile', 'LICENSE-APACHE', 'LICENSE-MIT', 'LICENSES-OF-OTHERS', 'README.md', 'tideboard', 'tideboard.service'];
  deepEqual(readdirSync(unpacked).sort(), files);
  const licences = readFileSync(join(unpacked, 'LICENSES-OF-OTHERS'), 'utf8');
  for (const name of ['dioxus-core ', 'rusqlite ', 'wasm-bindgen ']) ok(licences.includes(name), name);

  // The program is where it was unpacked, and not yet where the unit has it.
  const unit = readFileSync(join(unpacked, 'tideboard.service'), 'utf8');
  const here = join(folder, 'tideboard.service');
  match(unit, /^ExecStart=\/usr\/local\/bin\/tideboard serve$/m);
  writeFileSync(here, unit.replace('/usr/local/bin/tideboard', join(unpacked, 'tideboard')));
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', here], { encoding: 'utf8' });
  const complaints = verified.stderr.split('\n').filter((line) => line.includes('tideboard'));
  deepEqual(complaints, []);
  equal(verified.status, 0, verified.stderr);
  // From 0 to 10, in tenths here; under 2 it is “OK” and better.
  execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', here], { stdio: 'pipe' });
}
