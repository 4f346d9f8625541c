import { equal } from 'node:assert/strict';

export const title = 'a storage that is cleared under two open tabs is noticed and filled again, and what waited arrives once; so are the files by which the page starts without the server';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const first = await ada.open();
  const second = await ada.open();
  const his = await ben.open();
  await Promise.all([first, second, his].map((board) => board.isIn('live')));
  const name = await nameOf(first);
  await ada.goOffline();
  await first.increase();
  await second.increase();
  for (const tab of [first, second]) {
    await tab.counts(2);
    await tab.keeps(2);
  }

  await clear(first);
  for (const tab of [first, second]) {
    await tab.page.bringToFront();
    await tab.page.locator('.banner-text', { hasText: 'was cleared while it was open' }).waitFor();
  }
  await first.keeps(2);
  await second.page.close();
  await first.page.reload();
  await first.counts(2);
  equal(await nameOf(first), name, 'the device is called as before');

  await clear(first);
  await first.increase();
  await first.counts(3);
  await first.keeps(3);
  await ada.goOnline();
  await first.isSettled();
  await his.counts(3);
  await first.counts(3);

  // With all else that it keeps, the worker and the page's files among it.
  await ada.goOffline();
  await clear(first, 'all');
  equal(await first.page.evaluate(filesAreKept), false);
  await ada.goOnline();
  // A promise is no answer to `waitForFunction`.
  for (const isKept of [filesAreKept, boardIsKept]) {
    while (!(await first.page.evaluate(isKept))) await first.page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await ada.goOffline();
  await first.page.reload();
  await first.counts(3);
}

/** Runs in the page. */
async function filesAreKept() {
  const registration = await navigator.serviceWorker.getRegistration();
  const kept = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).length));
  return registration?.active?.state === 'activated' && !registration.installing && !registration.waiting && kept.some((files) => files > 3);
}

/** Runs in the page. */
async function boardIsKept() {
  // It is the page that makes it.
  if (!(await indexedDB.databases()).some(({ name }) => name === 'tideboard')) return false;
  const done = (request) =>
    new Promise((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
  const database = await done(indexedDB.open('tideboard'));
  const keys = await done(database.transaction('records').objectStore('records').getAllKeys());
  database.close();
  return keys.some(([, key]) => key.startsWith('widget/this-machine/'));
}

/** As a person does who has the browser forget what it keeps for this address. */
async function clear({ page }, storageTypes = 'indexeddb') {
  const chromium = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await chromium.send('Storage.clearDataForOrigin', { origin, storageTypes });
}

async function nameOf(board) {
  await board.openDetails();
  const name = await board.page.getByLabel('This device’s name').inputValue();
  await board.page.keyboard.press('Escape');
  return name;
}
