// Another release of the page: the same program under other names, as a build with one changed line would have them.
import { cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Release {
  folder = mkdtempSync(join(tmpdir(), 'tideboard-release-'));
  /** What the program's files are called here, in place of what they were called. */
  #names = new Map();

  /** A copy of `bundle` whose program is called otherwise. */
  constructor(bundle) {
    cpSync(bundle, this.folder, { recursive: true });
    const assets = join(this.folder, 'public/assets');
    for (const name of readdirSync(assets)) {
      if (!/^tideboard.*\.(js|wasm)(\.br)?$/.test(name)) continue;
      // Compressed ones would hold the old names.
      if (name.endsWith('.br')) rmSync(join(assets, name));
      else this.#names.set(name, name.replace(/dxh(.)/, (_, digit) => `dxh${digit === 'a' ? 'b' : 'a'}`));
    }
    for (const [before, now] of this.#names) renameSync(join(assets, before), join(assets, now));
    const scripts = [...this.#names.values()].filter((name) => name.endsWith('.js'));
    for (const path of [join(this.folder, 'public/index.html'), ...scripts.map((name) => join(assets, name))]) {
      writeFileSync(path, this.#renamed(readFileSync(path, 'utf8')));
    }
  }

  /** What a page of this release loads, and of the other one: paths of its script. */
  get scripts() {
    const [[before, now]] = [...this.#names].filter(([name]) => name.endsWith('.js'));
    return { before: `/assets/${before}`, now: `/assets/${now}` };
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #renamed(text) {
    return [...this.#names].reduce((text, [before, now]) => text.replaceAll(before, now), text);
  }
}
