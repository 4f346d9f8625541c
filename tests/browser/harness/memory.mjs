// What a page holds while it watches a board that never rests: its program's memory, and what JavaScript has after a collection.
import { Client } from './client.mjs';
import { Writer } from './writer.mjs';

export const [WIDGETS, UPDATES_A_SECOND] = [50, 100];
const BOARD = 'restless';
/** Ticks are ten a second. */
const AT_ONCE = UPDATES_A_SECOND / 10;

/** A board of counters that are counted up until `stop` is called; gives its path, who counts, and that. */
export async function startRestlessBoard(port) {
  const client = await Client.greet(port);
  const counters = Array.from({ length: WIDGETS }, (_, at) => `counter-${at}`);
  const create = (widget, kind, fields) => ({ widget, intent: { create: { kind, fields } } });
  client.push(BOARD, [
    create('board', 'board', { name: 'Restless' }),
    ...counters.map((widget, at) => create(widget, 'counter', { title: `Counter ${at}`, count: 0 })),
  ]);
  await client.isSettled();
  await client.sees(BOARD);
  const writer = new Writer(client, BOARD, counters, AT_ONCE);
  writer.start();
  const stop = async () => {
    writer.stop();
    await client.isSettled();
    client.close();
    return writer.updates;
  };
  return { path: `boards/${BOARD}`, writer, stop };
}

/** To be run in the page before anything else: keeps hold of the program's memory. */
export function keepMemory() {
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await original.apply(WebAssembly, given);
      globalThis.programMemory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
}

/** Bytes of the program's memory, which never shrinks, and of what JavaScript holds. */
export async function memoryOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  const program = await page.evaluate(() => globalThis.programMemory.buffer.byteLength);
  return { program, script: usedSize };
}
