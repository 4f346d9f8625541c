import assert from 'node:assert/strict';
import { killTabs } from '../tabs/rounds.mjs';

export const title = 'tabs that are killed over and over lose nothing they had said was saved; a device that would is found out';

/** It starts five browsers, one after the other. */
export const maxMs = 300_000;

/** A page lists so many of its edits at the least. */
const WAITING_MAX = 100;

export async function play(stage) {
  const server = await stage.server();
  const { books } = await killTabs(server, { times: 4, tabs: 3, seed: 'kept', waitingMax: WAITING_MAX });
  assert.deepEqual([books.lost, books.doubled, books.disordered, books.complaints], [0, 0, 0, []]);
  assert(books.saved > 0);
  assert.equal(books.settled, 2);

  for (const [broken, kind] of [['emptied', 'lost'], ['last', 'lost'], ['doubled', 'doubled'], ['reordered', 'disordered']]) {
    const { books: found } = await killTabs(server, { times: 1, tabs: 2, seed: broken, waitingMax: WAITING_MAX, broken });
    assert(found[kind] > 0, `${broken}: ${found.complaints.join('\n')}`);
  }
}
