export const title = 'a browser that is offline says so, and catches up when it is back';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  await ada.goOffline();
  await hers.isIn('offline');
  await his.increase();
  await his.isSettled();
  await hers.increase();
  await hers.counts(1);

  await ada.goOnline();
  await hers.isIn('live');
  await Promise.all([hers.counts(2), his.counts(2)]);
}
