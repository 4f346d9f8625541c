export const title = 'where no socket can be had, edits travel by server functions, and arrive once';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  ada.network.refuseSockets();
  await hers.isIn('by-requests');
  await hers.increase();
  await hers.increase();
  await his.counts(2);
  await hers.isSettled();

  // One more on top shows the same sum on both sides: nothing arrived twice.
  await his.increase();
  await Promise.all([hers.counts(3), his.counts(3)]);
}
