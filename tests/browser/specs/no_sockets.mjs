import { COUNTER, SAMPLED } from '../harness/board.mjs';

export const title = 'where no socket can be had, every tab is slower and says so, and edits travel by server functions, once';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  // Of these two only one sends.
  const second = await ada.open();
  await second.isIn('live');

  ada.network.refuseSockets();
  await Promise.all([hers.isIn('by-requests'), second.isIn('by-requests')]);
  for (const tab of [hers, second]) {
    await tab.cardIs('by-requests', COUNTER);
    await tab.cardIs('no-samples', SAMPLED);
  }

  await hers.increase();
  await his.counts(1);
  await second.increase();
  await his.counts(2);

  // One more on top shows the same sum everywhere: nothing arrived twice.
  await his.increase();
  await Promise.all([hers.counts(3), second.counts(3), his.counts(3)]);
  await Promise.all([hers.isSettled(), second.isSettled()]);

  ada.network.heal();
  // A page behind another one draws nothing, and nothing that is not drawn can be clicked.
  await hers.page.bringToFront();
  await hers.openDetails();
  // It may try by itself in this very moment, and then there is nothing left to click.
  await Promise.race([hers.page.getByRole('button', { name: 'Try now' }).click(), hers.isIn('live')]);
  await hers.isIn('live');
  await hers.cardIs('live', SAMPLED);
}
