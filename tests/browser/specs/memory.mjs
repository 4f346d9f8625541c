import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { keepMemory, memoryOf, startRestlessBoard } from '../harness/memory.mjs';

export const title = 'a page that watches a restless board for three minutes holds no more than after the first one';
export const maxMs = 300_000;
export const isAside = true;

/** In updates: a minute's, and three minutes'. */
const [WARM, ALL] = [6_000, 18_000];
/** What JavaScript holds differs by so many bytes from one collection to the next. */
const NOISE_BYTES = 512 * 1_024;

export async function play(stage) {
  const { port } = await stage.server();
  const { path, writer, stop } = await startRestlessBoard(port);
  const ada = await stage.person('Ada');
  await ada.begins(keepMemory);
  const board = await ada.open(path);
  await board.isIn('live');
  const updates = async (count) => {
    while (writer.updates < count) await once(writer, 'tick');
    return memoryOf(board.page);
  };
  const warm = await updates(WARM);
  const all = await updates(ALL);
  await stop();
  equal(all.program, warm.program, 'the program has asked for no more memory');
  ok(all.script - warm.script < NOISE_BYTES, `JavaScript held ${warm.script} bytes, and then ${all.script}`);
}
