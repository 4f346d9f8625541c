import { ok } from 'node:assert/strict';
import { freeze } from '../harness/frozen.mjs';

export const title = 'the tab that sends for all is frozen by the browser: another one sends meanwhile, and the frozen one goes on when it is back';

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
}
