export const title = 'where no socket can be had, edits travel by server functions, and arrive once';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  ada.network.refuseSockets();
  await hers.isIn('by-requests');
  await his.increase();
  await hers.counts(1);
  await hers.increase();
  await hers.increase();
  await his.counts(3);
  await hers.isSettled();
  await hers.counts(3);
  await hers.isIn('by-requests');

  ada.network.heal();
  await hers.isIn('live');
  await hers.increase();
  await Promise.all([hers.counts(4), his.counts(4)]);
}
