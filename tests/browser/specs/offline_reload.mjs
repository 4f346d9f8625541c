import { deepEqual, equal, ok } from 'node:assert/strict';
import { COUNTER } from '../harness/board.mjs';

export const title = 'edits made without a network are there after a reload, and arrive once';

export async function play(stage) {
  const { ada, hers, his } = await stage.oneCutOff();
  await hers.increase();
  await hers.increase();
  await hers.counts(2);
  await hers.keeps(2);

  await hers.page.reload();
  await hers.counts(2);
  await hers.keeps(2);
  const line = hers.page.getByText(/This is the board as of \d\d:\d\d\. Edits are kept in this browser/);
  await line.waitFor();
  // In the words of the header, which says it for all; a card is offline, whatever the reason.
  const word = await hers.page.locator('.indicator .teller-word').textContent();
  equal((await line.textContent()).split('.')[0], word);
  await hers.cardIs('offline', COUNTER);

  // What waits can be had as a file without the server, too: what the terminal's outbox would list, in the same words.
  const { waiting, saved } = await hers.exports();
  deepEqual(waiting.map(({ state, board, widget, intent, reason, theirs }) => ({ state, board, widget, intent, reason, theirs })), [
    { state: 'waiting', board: 'this-machine', widget: 'counter', intent: { add: { field: 'count', amount: 1 } }, reason: 'kept in this browser', theirs: null },
    { state: 'waiting', board: 'this-machine', widget: 'counter', intent: { add: { field: 'count', amount: 1 } }, reason: 'kept in this browser', theirs: null },
  ]);
  ok(waiting.every(({ id, made_at_ms }) => id && Math.abs(Date.now() - made_at_ms) < 60_000), JSON.stringify(waiting));
  equal(saved, 'tideboard-outbox.json');

  const elsewhere = await ada.open('boards/never-seen-here');
  await elsewhere.page.getByRole('heading', { name: 'This board is not on this device yet.' }).waitFor();

  ada.network.heal();
  await hers.isIn('live');
  await hers.isSettled();
  await his.counts(2);

  // One more on top shows the same sum on both sides: nothing arrived twice.
  await his.increase();
  await Promise.all([hers.counts(3), his.counts(3)]);
}
