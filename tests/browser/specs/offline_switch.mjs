import { equal } from 'node:assert/strict';
import { COUNTER, SAMPLED } from '../harness/board.mjs';

export const title = 'a browser that is offline says so, once, and how old each live value is; and catches up when it is back; who works offline does so in all tabs; what was never sent is rolled back without a word more';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  const age = hers.widget(SAMPLED).locator('.card-age');
  await hers.widget(SAMPLED).locator('.figure').waitFor();
  await age.filter({ hasText: 'now' }).waitFor();
  await ada.goOffline();
  await hers.isIn('offline');
  await hers.page.locator('.indicator', { hasText: /Offline since \d\d:\d\d/ }).waitFor();
  await age.filter({ hasText: /^\d+\ss ago$/ }).waitFor();
  equal(await hers.widget(COUNTER).locator('.card-age').count(), 0, 'what people edit goes on');
  equal(await hers.page.locator('main').getByText('Offline', { exact: true }).filter({ visible: true }).count(), 0);
  await his.increase();
  await his.isSettled();
  await hers.increase();
  await hers.counts(1);

  await ada.goOnline();
  await hers.isIn('live');
  await Promise.all([hers.counts(2), his.counts(2)]);
  await hers.isSettled();

  // By her own choice nothing is sent, and no tab of her browser says otherwise, one that is opened now included: any of them ends it.
  const beside = await ada.open();
  await beside.isIn('live');
  await switchOffline(hers, 'offline');
  await beside.isIn('offline');
  const late = await ada.open();
  await late.isIn('offline');
  await his.isIn('live');
  await switchOffline(beside, 'live');
  await Promise.all([hers.isIn('live'), late.isIn('live')]);
  await Promise.all([beside.page.close(), late.page.close()]);

  // By keys: the focus stays in the list when an entry goes, and Escape closes that.
  const { page } = hers;
  await switchOffline(hers, 'offline');
  await hers.increase();
  await hers.set(24);
  await hers.keeps(2);
  await page.locator('.pending-badge').getByRole('button').press('Enter');
  const rollBack = page.getByRole('button', { name: 'Roll back' });
  await rollBack.nth(1).press('Enter');
  await rollBack.nth(1).waitFor({ state: 'detached' });
  await page.keyboard.press('Tab');
  await hers.hasFocus('button', 'Roll back');
  await page.keyboard.press('Enter');
  await page.locator('.entry').first().waitFor({ state: 'detached' });
  await page.getByText('Nothing waits.').waitFor();
  await page.keyboard.press('Escape');
  await hers.hasFocus('button', /^Waiting edits/);
  await hers.counts(2);
  await switchOffline(hers, 'live');
}

async function switchOffline(board, state) {
  await board.openDetails();
  await board.page.getByRole('switch', { name: 'Work offline' }).click();
  await board.page.keyboard.press('Escape');
  await board.isIn(state);
}
