export const title = 'two people, one setpoint: both values are shown, and the choice reaches both';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(24);
  await hers.keeps(1);
  await his.set(18);
  await his.isSettled();

  ada.network.heal();
  const card = hers.conflict();
  await card.getByRole('heading', { name: 'Mine' }).waitFor();
  for (const [side, value] of [['mine', '24'], ['theirs', '18']]) {
    await card.locator(`[data-side="${side}"]`, { hasText: value }).waitFor();
  }

  await card.getByRole('button', { name: 'Keep mine' }).click();
  await card.waitFor({ state: 'detached' });
  await hers.isSettled();
  await Promise.all([hers.isSetTo(24), his.isSetTo(24)]);
  await hers.isIn('live');
}
