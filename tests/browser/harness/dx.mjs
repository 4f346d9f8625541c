// `dx serve` on a copy of the tree, so that nobody's source is touched; it shares the target folder, so that little is compiled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { project, target } from './tools.mjs';

/** The first build may be from nothing, on two cores. */
export const BUILD_MAX_MS = 25 * 60_000;

/** An edit is there so soon, in milliseconds, or it is no hot reload. */
export const EDIT_MAX_MS = 3_000;

/** `dx` counts a page as listening a moment after its socket opened, and an edit in that moment is lost: then one saves again. */
const EDITS_MAX = 4;

/** What `dx` prints when the page can be asked for, and how much of its output is kept for the report of a failure. */
const BUILT = 'Build completed';
const LOG_LINES_MAX = 60;

const NOT_COPIED = new Set(['target', '.git', 'data', 'node_modules']);

export class Served {
  #copy;
  #server;
  #log = [];

  /** Copies the tree; `name` is that of the copy, in the target folder. */
  constructor(name) {
    this.#copy = join(target, name);
    rmSync(this.#copy, { recursive: true, force: true });
    mkdirSync(this.#copy, { recursive: true });
    for (const entry of readdirSync(project)) {
      if (!NOT_COPIED.has(entry)) cpSync(join(project, entry), join(this.#copy, entry), { recursive: true });
    }
  }

  /** Where the copy is. */
  get folder() {
    return this.#copy;
  }

  /** Serves it in a process group of its own, and resolves when it is built. */
  async start(options, env) {
    const everywhere = ['--interactive', 'false', '--open', 'false'];
    const child = spawn('dx', ['serve', ...options, ...everywhere], {
      cwd: this.#copy,
      env: { ...process.env, CARGO_TARGET_DIR: target, NO_DOWNLOADS: '1', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#server = child;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the build took too long')), BUILD_MAX_MS);
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.keep(line);
          if (!line.includes(BUILT)) return;
          clearTimeout(timer);
          resolve();
        });
      }
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`dx ended with ${code}`)));
    });
  }

  keep(line) {
    this.#log.push(line);
    if (this.#log.length > LOG_LINES_MAX) this.#log.shift();
  }

  log() {
    return this.#log.join('\n');
  }

  /**
   * Edits a class that the page shows; says after how many milliseconds it was there. `shown` gives the page's classes, `isSeen` waits for one, and
   * `isTheSame` says whether all that was on the page is still there.
   */
  async editIsSeen({ shown, isSeen, isTheSame }) {
    const { file, text } = this.#writtenClass(await shown());
    let now = text;
    for (let attempt = 1; attempt <= EDITS_MAX; attempt += 1) {
      const started = performance.now();
      const edited = `${text} edit-${attempt}`;
      writeFileSync(file, readFileSync(file, 'utf8').replace(literal(now), literal(edited)));
      now = edited;
      const seen = await isSeen(`edit-${attempt}`).then(() => true, () => false);
      if (!(await isTheSame())) throw new Error('what was on the page is lost for an edit');
      if (seen) return Math.round(performance.now() - started);
    }
    throw new Error(`none of ${EDITS_MAX} edits of ${JSON.stringify(text)} in ${file} appeared on the page`);
  }

  async stop() {
    if (this.#server?.pid !== undefined && this.#server.exitCode === null) {
      const ended = once(this.#server, 'exit');
      process.kill(-this.#server.pid, 'SIGTERM');
      await ended;
    }
    rmSync(this.#copy, { recursive: true, force: true });
  }

  /** The first of the page's classes that stands in one place of the source, as it is. */
  #writtenClass(classes) {
    const names = readdirSync(join(this.#copy, 'src'), { recursive: true }).filter((name) => name.endsWith('.rs'));
    const files = names.map((name) => join(this.#copy, 'src', name)).map((file) => ({ file, source: readFileSync(file, 'utf8') }));
    const count = (text) => files.reduce((sum, { source }) => sum + source.split(literal(text)).length - 1, 0);
    const text = classes.find((text) => count(text) === 1);
    if (text === undefined) throw new Error('no class of the page stands in the source as it is');
    return { file: files.find(({ source }) => source.includes(literal(text))).file, text };
  }
}

/** The classes of the page's elements; runs in the page. */
export function shownClasses() {
  return [...document.body.querySelectorAll('[class]')].map((element) => element.getAttribute('class'));
}

/** How an element's class is written. */
function literal(text) {
  return `class: "${text}",`;
}
