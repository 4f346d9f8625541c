// The licences of all that is in a program, one after the other: `node notices.mjs ROOT PACKAGE VERSION …`, as `cargo tree` names them. Prints
// the texts that lie in the packages themselves; of one that has none, what its manifest says.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [root, ...wanted] = process.argv.slice(2);
const cargo = process.env.CARGO ?? 'cargo';
const told = execFileSync(cargo, ['metadata', '--format-version', '1', '--all-features', '--locked'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
const packages = JSON.parse(told).packages.filter(({ name, version }) => wanted.includes(`${name} v${version}`));

if (packages.length < wanted.length) throw new Error(`of ${wanted.length} packages ${packages.length} were found`);

// Many packages have the very same text: it is printed once, under all their names.
const texts = new Map();
for (const { name, version, license, manifest_path } of packages) {
  const folder = dirname(manifest_path);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice|unlicense)/i.test(file)).sort();
  const found = files.flatMap((file) => {
    try {
      return [readFileSync(join(folder, file), 'utf8').replaceAll('\r', '').trim()];
    } catch {
      return []; // a folder of them
    }
  });
  for (const text of found.length > 0 ? found : [`Licensed under ${license}.`]) {
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
  }
}

const line = '='.repeat(100);
for (const [text, names] of texts) console.log([line, names.join(', '), line, text, ''].join('\n'));
