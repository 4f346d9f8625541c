import { deepEqual, equal } from 'node:assert/strict';
import { Board, COUNTER } from '../harness/board.mjs';
import { Network } from '../harness/network.mjs';
import { Profile } from '../tabs/profile.mjs';

export const title = 'what a browser may clear is kept, and not called saved; where the browser has promised to keep it, it is saved';

export async function play(stage) {
  const ada = await stage.person('Ada');
  await ada.begins(noteSaved);
  const hers = await ada.open();
  await hers.isIn('live');
  await hers.openDetails();
  await hers.page.locator('[data-fact="durability"]').getByText('Kept in this browser · it may clear them').waitFor();
  equal(await hers.page.locator('[data-fact="durability"] [data-tone="rest"]').count(), 1, 'it is no alarm');
  await hers.page.keyboard.press('Escape');

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.widget(COUNTER).locator('.receipt').getByText('Kept in this browser').waitFor();
  await hers.page.locator('.indicator').getByText('1 waiting').waitFor();
  const { waiting } = await hers.exports();
  deepEqual(waiting.map(({ reason }) => reason), ['kept in this browser']);
  deepEqual(await hers.page.evaluate(() => globalThis.saved), []);
  await hers.page.reload();
  await hers.page.getByText(/This is the board as of \d\d:\d\d\. Edits are kept in this browser and sent later, unless its data is cleared before/).waitFor();
  await hers.counts(1);

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
