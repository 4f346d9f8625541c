export const title = 'an edit made without a network survives a reload, and arrives once';

export async function play(stage) {
  const { ada, hers, his } = await stage.oneCutOff();
  await hers.increase();
  await hers.increase();
  await hers.counts(2);
  await hers.keeps(2);

  await hers.page.reload();
  await hers.counts(2);
  await hers.keeps(2);
  await hers.lacks('without the server');
  await hers.page.getByText(/This is the board as of \d\d:\d\d; edits are saved on this device/).waitFor();

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
