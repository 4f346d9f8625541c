// What a window costs, and how soon it shows its last board: for people to judge, and no test.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How long the processor's time is counted, in milliseconds. */
const COUNTED_MS = 30_000;
const STARTS = 7;
/** What the kernel counts in. */
const TICK_MS = 10;

/** Prints the figures of a window at the first board of a server. */
export async function measure({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  const id = screen.windowOf(window.pid);
  await counted(window, 'the first board, whose numbers change each second');
  console.log(`memory with it: ${memory(window)}`);
  screen.minimise(id);
  await window.until(() => document.visibilityState === 'hidden');
  await counted(window, 'the same, minimised');
  screen.show(id);
  await window.evaluate(() => document.querySelector('.board-name-text').closest('button').click());
  await window.enter('section[aria-label="New board"] input[name="name"]');
  screen.type('Quiet');
  screen.press('Return');
  await window.until(() => document.querySelector('main[data-state="empty"]'));
  await counted(window, 'a board without numbers');
  await window.kill();

  const times = [];
  for (let start = 0; start < STARTS; start += 1) times.push(await untilBoard(screen, window));
  for (const name of ['shown', 'board']) {
    const sorted = times.map((time) => time[name]).sort((one, other) => one - other);
    const what = name === 'shown' ? 'program started → window shown' : 'window shown → last board';
    console.log(`${what}: median ${Math.round(sorted[STARTS >> 1])} ms, most ${Math.round(sorted.at(-1))} ms of ${STARTS}`);
  }
}

async function counted(window, what) {
  const began = { at: performance.now(), ms: processorMs(window) };
  await new Promise((resolve) => setTimeout(resolve, COUNTED_MS));
  const share = (processorMs(window) - began.ms) / (performance.now() - began.at);
  console.log(`processor, ${what}: ${(100 * share).toFixed(2)} % of a core`);
}

/** The window's process and those that draw for it. */
function family(window) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = stat(name);
    if (fields !== undefined) parents.set(Number(name), Number(fields[1]));
  }
  const found = [window.pid];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid && !found.includes(child)) found.push(child);
  return found;
}

/** What the kernel says of a process from its state on; `undefined` where it has ended. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function processorMs(window) {
  const ticks = family(window).map((pid) => stat(pid)).map((fields) => (fields === undefined ? 0 : Number(fields[11]) + Number(fields[12])));
  return TICK_MS * ticks.reduce((sum, one) => sum + one, 0);
}

function memory(window) {
  const parts = family(window).map((pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return { name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), mb: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) / 1024 };
  });
  const all = parts.reduce((sum, { mb }) => sum + mb, 0);
  return `${all.toFixed(0)} MB (${parts.map(({ name, mb }) => `${name} ${mb.toFixed(0)}`).join(', ')}), what is shared counted in part`;
}

/** One start, in milliseconds: until its window is there, and from there to the name of its last board above it. */
async function untilBoard(screen, window) {
  const windows = spy(screen, '-root', '_NET_CLIENT_LIST');
  await windows.changed(() => true);
  const began = performance.now();
  const page = window.start();
  const id = await windows.changed((line) => /# (0x[0-9a-f]+)/.exec(line)?.[1]);
  const shown = performance.now();
  const titles = spy(screen, '-id', id, '_NET_WM_NAME');
  await titles.changed((line) => line.includes('Quiet'));
  const named = performance.now();
  windows.end();
  titles.end();
  await page;
  await window.until(() => document.querySelector('main[data-state="empty"]'));
  await window.kill();
  return { shown: shown - began, board: named - shown };
}

/** What becomes of a property of a window, line by line. */
function spy(screen, ...of) {
  const child = spawn('xprop', ['-spy', ...of], { env: screen.env, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** The first thing that `found` makes of a line. */
    async changed(found) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the window is gone: xprop ${of.join(' ')}`);
        const answer = found(value);
        if (answer) return answer;
      }
    },
    end: () => child.kill(),
  };
}
