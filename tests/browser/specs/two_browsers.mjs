export const title = 'two browsers see each other’s edits of one counter';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  await hers.increase();
  await his.counts(1);
  await his.increase();
  await hers.counts(2);
  await Promise.all([hers.isSettled(), his.isSettled()]);
}
