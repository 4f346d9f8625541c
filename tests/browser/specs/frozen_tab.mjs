export const title = 'the tab that sends for all is frozen by the browser: another one sends meanwhile, and what the frozen one had goes on when it is back';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [first, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([first.isIn('live'), his.isIn('live')]);
  const second = await ada.open();
  await second.isIn('live');

  const session = await first.page.context().newCDPSession(first.page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await second.increase();
  await his.counts(1);
  await second.isSettled();
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await first.counts(1);
  await first.isIn('live');
  await first.increase();
  await his.counts(2);
  await first.isSettled();

  // And the other way round.
  const other = await second.page.context().newCDPSession(second.page);
  await other.send('Page.setWebLifecycleState', { state: 'frozen' });
  await first.increase();
  await his.counts(3);
  await other.send('Page.setWebLifecycleState', { state: 'active' });
  await second.counts(3);
}
