import { readFileSync, readdirSync } from 'node:fs';

export const title = 'Without a graphics card WebKit is told to play none, unless somebody has said how it is to draw';

const WAY = 'WEBKIT_DISABLE_COMPOSITING_MODE';

export async function play({ window }) {
  for (const said of [undefined, '0']) {
    if (said !== undefined) window.environment[WAY] = said;
    await window.start();
    const way = told(window.pid);
    const expected = said ?? (hasCard() ? undefined : '1');
    if (way !== expected) throw new Error(`${said} was said, and ${way} came of it`);
    await window.kill();
  }
}

/** What a process was started with. */
function told(pid) {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').map((line) => line.split('='));
  return variables.find(([name]) => name === WAY)?.[1];
}

function hasCard() {
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('render'));
  } catch {
    return false;
  }
}
