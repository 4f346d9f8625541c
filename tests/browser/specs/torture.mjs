import assert from 'node:assert/strict';
import { torture } from '../torture/rounds.mjs';

export const title = 'a server that is killed over and over keeps its word; one that would not is found out';

export async function play(stage) {
  const server = await stage.server();
  const kept = await torture(server, { times: 4, seed: 'kept' });
  assert.deepEqual([kept.lost, kept.doubled, kept.complaints], [0, 0, []]);
  assert(kept.acknowledged > 0);

  const doubled = await torture(server, { times: 1, seed: 'doubled', broken: 'doubled' });
  assert(doubled.doubled > 0 && doubled.lost === 0, doubled.complaints.join('\n'));
  const rolledBack = await torture(server, { times: 1, seed: 'rolled back', broken: 'rolled-back' });
  assert(rolledBack.lost > 0, 'what a backup has forgotten was not missed');
}
