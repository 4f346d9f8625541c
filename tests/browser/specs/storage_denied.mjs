import { deepEqual, equal } from 'node:assert/strict';
import {
  denyStorage, failToOpenStorage, haveNoStorage, keepTabsApart, letStorageBreak, letStorageHang, noteClaims,
} from '../harness/denied.mjs';

export const title = 'where nothing can be stored each tab says so and works, and edits arrive once; where that begins later, they wait and say so';

const WINDOW = 'Use an ordinary window, or let the browser store data for this address.';
/** How it can be denied, with what is said of it. */
const WAYS = [
  [denyStorage, [/SecurityError/, WINDOW]],
  [failToOpenStorage, [/AbortError/, WINDOW]],
  [haveNoStorage, [/no usable IndexedDB/, WINDOW]],
  [letStorageHang, [/does not answer/, 'Load the page again']],
];

export async function play(stage) {
  const ben = await stage.person('Ben');
  const his = await ben.open();
  await his.isIn('live');
  // It is long until that is known for good; meanwhile the others.
  const opening = withoutStorage(stage, letStorageHang);
  let count = 0;
  for (const [deny, reason] of WAYS) {
    const { ada, tabs } = await (deny === letStorageHang ? opening : withoutStorage(stage, deny));
    for (const tab of tabs) {
      await tab.page.bringToFront();
      await saysSo(tab, reason);
      await tab.increase();
      count += 1;
      await his.counts(count);
    }
    // Without a network they wait in the page, and are called nothing else.
    ada.network.cut();
    for (const tab of tabs) {
      await tab.page.bringToFront();
      await tab.increase();
      await waitsInThePage(tab);
    }
    ada.network.heal();
    count += 2;
    await Promise.all([...tabs, his].map((board) => board.isSettled()));
    await Promise.all([...tabs, his].map((board) => board.counts(count)));
    for (const { page } of tabs) deepEqual(await page.evaluate(() => globalThis.claims), []);
  }

  // Tabs that share a storage, and nothing else: all of them send, and it is done once.
  const cleo = await stage.person('Cleo');
  for (const script of [letStorageBreak, keepTabsApart]) await cleo.begins(script);
  const [hers, second] = [await cleo.open(), await cleo.open()];
  for (const tab of [hers, second]) {
    await tab.isIn('live');
    await tab.page.bringToFront();
    await tab.increase();
    count += 1;
  }
  await Promise.all([hers, second, his].map((board) => board.counts(count)));

  // Each says how it does without the others; who has all that it takes has nothing to say.
  for (const tab of [hers, second]) {
    await tab.openDetails();
    equal(await tab.page.locator('[data-fact="sent-by"]').innerText(), 'each tab for itself; others are seen every 2 s');
    await tab.page.keyboard.press('Escape');
  }
  await his.openDetails();
  equal(await his.page.locator('[data-fact="sent-by"]').innerText(), 'this tab');
  await his.page.keyboard.press('Escape');

  // A storage that gives an error from now on: it says so, and sends nothing that a kill would forget.
  await second.page.close();
  await hers.page.bringToFront();
  await hers.page.evaluate(noteClaims);
  await breaks(hers, true);
  await hers.increase();
  await hers.isIn('cannot-store');
  const line = hers.page.locator('.lines .banner[data-state="storage-broken"]');
  await line.getByText('This device\'s storage gives an error. New edits are not saved here until it works again').waitFor();
  await line.getByText('Your 1 edit waits.').waitFor();
  await hers.counts(count + 1);
  await his.counts(count);
  deepEqual((await hers.exports()).waiting.map(({ reason }) => reason), ['being saved']);
  deepEqual(await hers.page.evaluate(() => globalThis.claims), []);
  await breaks(hers, false);
  await line.getByRole('button', { name: 'Try again' }).click();
  await line.waitFor({ state: 'detached' });
  await hers.isSettled();
  await Promise.all([hers.counts(count + 1), his.counts(count + 1)]);

  // The same where there is no network, either: as the page is opened it is said, and nobody is promised that edits are kept.
  cleo.network.cut();
  await breaks(hers, true);
  await hers.page.reload();
  await line.waitFor();
  equal(await hers.page.locator('.lines').getByText('Edits are kept in this browser').count(), 0);
}

function breaks(board, does) {
  return board.page.evaluate((does) => (does ? sessionStorage.setItem('isBroken', 'yes') : sessionStorage.removeItem('isBroken')), does);
}

/** Somebody whose browser stores nothing, with two tabs that know nothing of each other. */
async function withoutStorage(stage, deny) {
  const ada = await stage.person(deny.name);
  for (const script of [deny, keepTabsApart, noteClaims]) await ada.begins(script);
  return { ada, tabs: [await ada.open(), await ada.open()] };
}

/** In the header, and in the details: the word, why, and what to do. */
async function saysSo(board, [reason, advice]) {
  await board.isIn('cannot-store');
  equal(await board.page.locator('.indicator .teller-word').innerText(), 'Not saved on this device');
  await board.openDetails();
  await board.page.getByRole('region', { name: 'Connection' }).getByRole('alert').filter({ hasText: reason }).filter({ hasText: advice }).waitFor();
  await board.page.locator('[data-fact="durability"]').getByText('Not saved on this device · kept while this page is open').waitFor();
  await board.page.keyboard.press('Escape');
}

/** What is said of an edit: on its card, in the list, and in the file of what waits. */
async function waitsInThePage(board) {
  await board.widget('Coffees').getByText('In this page only').waitFor();
  const { waiting } = await board.exports();
  deepEqual(waiting.map(({ reason }) => reason), ['in this page only']);
}
