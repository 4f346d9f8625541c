import { deepEqual, equal } from 'node:assert/strict';
import { Board, COUNTER } from '../harness/board.mjs';
import { Network } from '../harness/network.mjs';
import { Profile } from '../tabs/profile.mjs';

export const title = 'what a browser may clear is kept, and not called saved, and what takes it along is said once; where the browser has promised to keep it, it is saved';

export async function play(stage) {
  const ada = await stage.person('Ada');
  await ada.begins(noteSaved);
  const hers = await ada.open();
  await hers.isIn('live');
  const line = hers.page.locator('.lines .floating .banner');
  await hers.openDetails();
  await hers.page.locator('[data-fact="durability"]').getByText('Kept in this browser · it may clear them').waitFor();
  equal(await hers.page.locator('[data-fact="durability"] [data-tone="rest"]').count(), 1, 'it is no alarm');
  await hers.page.keyboard.press('Escape');

  // What is sent at once waits for nobody.
  await hers.increase();
  await hers.isSettled();
  equal(await line.count(), 0);

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  equal(await line.count(), 0, 'nothing waits');
  const place = () => hers.widget(COUNTER).evaluate((card) => card.getBoundingClientRect().y);
  const before = await place();
  await hers.increase();
  await line.getByText('. Edits are kept in this browser, and sent later. A private window, or a browser that clears its storage, takes them along.').waitFor();
  equal(await place(), before, 'nothing moves under a finger');
  equal((await ada.violations(hers)).join('\n'), '');
  await hers.widget(COUNTER).locator('.receipt').getByText('Kept in this browser').waitFor();
  await hers.page.locator('.indicator').getByText('1 waiting').waitFor();
  const { waiting } = await hers.exports();
  deepEqual(waiting.map(({ reason }) => reason), ['kept in this browser']);
  const saving = hers.page.waitForEvent('download');
  await line.getByRole('button', { name: 'Export what waits' }).click();
  equal((await saving).suggestedFilename(), 'tideboard-outbox.json');

  // Once: not with the next edit, when it was read, and not the next time without a network.
  await line.getByRole('button', { name: 'Close' }).click();
  await line.waitFor({ state: 'detached' });
  await hers.increase();
  await hers.keeps(2);
  equal(await line.count(), 0);
  ada.network.heal();
  await hers.isIn('live');
  await hers.isSettled();
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.keeps(1);
  equal(await line.count(), 0);
  deepEqual(await hers.page.evaluate(() => globalThis.saved), []);

  // The same where nothing is taken along.
  const network = await Network.to((await stage.server()).port);
  const profile = stage.closes(await Profile.open({}));
  try {
    await profile.keepsForGood(network.url);
    const { page } = await profile.openTab(network.url);
    const kept = new Board(page);
    await kept.isIn('live');
    network.cut();
    await kept.isIn('waiting', 'offline');
    await kept.increase();
    await kept.widget(COUNTER).locator('.receipt').getByText('Saved on this device').waitFor();
    await page.locator('.indicator').getByText('1 saved here').waitFor();
    equal(await page.locator('.lines .floating .banner').count(), 0);
    deepEqual((await kept.exports()).waiting.map(({ reason }) => reason), ['saved on this device']);
    await kept.openDetails();
    equal(await page.locator('[data-fact="durability"]').innerText(), 'Saved on this device');
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByText(/This is the board as of \d\d:\d\d\. Edits are saved on this device/).waitFor();
  } finally {
    network.close();
  }
}

/** Runs in a page before its own program: notes whatever it calls saved. */
function noteSaved() {
  globalThis.saved = [];
  const note = () => globalThis.saved.push(...(document.body?.innerText.match(/.*\bsaved\b.*/gi) ?? []));
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
}
