import { deepEqual, equal } from 'node:assert/strict';

export const title = 'a page whose storage a newer one takes over says that it is older, and what waits in it can be had';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.increase();
  await hers.isSettled();

  // What a newer version does as it begins, in a tab beside this one.
  const newer = await ada.open('troubleshooting');
  await newer.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('tideboard', 2);
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(opening.error);
      }),
  );
  await hers.page.bringToFront();
  await hers.increase();
  await hers.isIn('cannot-store');
  const line = hers.page.locator('.lines .banner[data-state="storage-newer"]');
  await line.getByText('This page is older than what this browser has stored. Export what waits, then reload.').waitFor();
  await line.getByText('Your 1 edit waits.').waitFor();
  equal(await line.getByRole('button', { name: 'Try again' }).count(), 0, 'it would never do');
  await line.getByRole('button', { name: 'Export what waits' }).waitFor();
  // It is not sent, since a kill would forget it.
  await his.counts(1);
  deepEqual((await hers.exports()).waiting.map(({ reason }) => reason), ['being saved']);

  // Where the server has no newer page, this one works, and stores nothing.
  await line.getByRole('link', { name: 'Reload' }).click();
  await hers.counts(1);
  await hers.isIn('cannot-store');
  await hers.openDetails();
  await hers.page.getByRole('alert').filter({ hasText: 'was written by a newer version' }).waitFor();
}
