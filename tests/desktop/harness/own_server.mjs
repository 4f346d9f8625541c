// The server that a window runs for itself: where it is, and which process.
import { linkSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from './inspector.mjs';
import { field } from './server_state.mjs';
import { Window } from './window.mjs';

/** The program that a window runs as its own server, beside its own. */
export function ownProgram(program) {
  return join(dirname(program), 'tideboard-server');
}

/** A window whose program lies apart: what is its own server's is this test's to say. */
export class Apart {
  #program;
  /** Its folder, where there is only its program; beside the other one, as a link can't lead to another disk. */
  folder;
  window;

  constructor(program, screen) {
    this.#program = program;
    this.folder = mkdtempSync(join(dirname(program), 'apart-'));
    const own = join(this.folder, 'tideboard');
    linkSync(program, own);
    this.window = new Window(own, screen);
  }

  /** Its own server works, from now on. */
  serve() {
    this.#place((place) => linkSync(ownProgram(this.#program), place));
  }

  /** Another program stands in for it, from now on: `write` puts it at a place. */
  serveBy(write) {
    this.#place(write);
  }

  async close() {
    await this.window.close();
    rmSync(this.folder, { recursive: true });
  }

  // One that runs can't be written to.
  #place(write) {
    const own = join(this.folder, 'tideboard-server');
    write(`${own}.new`);
    renameSync(`${own}.new`, own);
  }
}

/** Resolves when a window that asks for a server says why its own one is not there. */
export async function ownServerIsRefused(window, text) {
  await window.until((text) => document.querySelector('.choosing [role="alert"]')?.textContent.includes(text), text);
}

/** The same on a board that is shown all the same. */
export async function ownServerIsMissed(window, text) {
  await window.until((text) => document.querySelector('.banner[data-state="own-server"]')?.textContent.includes(text), text);
}

/** Its port and token, as they are kept in a window's folder. */
export function door({ data }) {
  return JSON.parse(readFileSync(join(data, 'own/door.json'), 'utf8'));
}

/** A field of a widget on its first board. */
export function ownField(window, widget, name) {
  const { port, token } = door(window);
  return field({ port }, widget, name, token);
}

/** Its process: `{ pid, parent, arguments }`; `undefined` where there is none. */
export function ownProcess({ data }) {
  const folder = join(data, 'own');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!words.includes('serve') || words[words.indexOf('--data') + 1] !== folder) continue;
      const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      if (state !== 'Z') return { pid: Number(pid), parent: Number(parent), arguments: words };
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

/** Resolves when nobody serves a window's own boards. */
export async function ownServerEnded(window) {
  await eventually(() => ownProcess(window) === undefined);
}

/** A person wants their boards on this computer alone. */
export async function chooseAlone(window) {
  await window.until(() => {
    const button = document.querySelector('button[data-server="own"]:enabled');
    button?.click();
    return button !== null;
  });
}
