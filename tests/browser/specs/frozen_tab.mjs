import { ok } from 'node:assert/strict';
import { freeze } from '../harness/frozen.mjs';

export const title = 'tabs that the browser freezes, the one that sends for all and the one whose turn is next: another one sends meanwhile, and the frozen one goes on when it is back';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [first, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([first.isIn('live'), his.isIn('live')]);
  const second = await ada.open();
  await second.isIn('live');

  // Whichever of the two it is that sends.
  let count = 0;
  for (const [frozen, other] of [[first, second], [second, first]]) {
    const { thaw } = await freeze(frozen.page);
    await other.increase();
    await his.counts((count += 1));
    await other.isSettled();
    ok(await thaw());
    await frozen.isIn('live');
    await frozen.counts(count);
    await frozen.increase();
    await his.counts((count += 1));
    await frozen.isSettled();
  }

  // The next in turn stands still when its turn comes: the one behind it has it.
  const third = await ada.open();
  await third.isIn('live');
  const leader = (await first.page.evaluate(leads)) ? first : second;
  const next = leader === first ? second : first;
  const { leave } = await freeze(next.page);
  await leader.page.close();
  await third.increase();
  await his.counts((count += 1));
  await third.isSettled();
  await leave();
}

/** Whether this page sends for all: it holds the lock. */
async function leads() {
  const own = await navigator.locks.request('own', async () => {
    const { held } = await navigator.locks.query();
    return held.find((lock) => lock.name === 'own').clientId;
  });
  const { held } = await navigator.locks.query();
  return held.some((lock) => lock.clientId === own && lock.name.startsWith('tideboard-send-'));
}
