// The server that a window runs for itself: where it is, and which process.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './inspector.mjs';
import { field } from './server_state.mjs';

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
