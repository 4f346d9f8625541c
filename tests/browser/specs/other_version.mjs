import { equal } from 'node:assert/strict';
import { scriptIn, scriptOf } from '../harness/release.mjs';
import { keeps, workerIsReady } from '../harness/worker.mjs';

export const title = 'a page goes on with a server that says more than it knows, and waits with one of the release before until that is updated';

/** A server of a later release: it says more in each frame than this page knows, and reads what is older. */
const LATER = {
  toServer: (text) => text,
  toPage: (text) => {
    const [[kind, said]] = Object.entries(JSON.parse(text));
    const more = kind === 'welcome' ? { ...said, schema: said.schema + 1 } : said;
    return JSON.stringify({ [kind]: { ...more, hologram: { of: 'deck' } } });
  },
};

export async function play(stage) {
  const [before, now] = [stage.previous, stage.bundle].map(scriptIn);
  const server = await stage.server();
  const [ada, ben, cyd] = await Promise.all(['Ada', 'Ben', 'Cyd'].map((name) => stage.person(name)));
  await cyd.translates(LATER);
  const [hers, his, other] = await Promise.all([ada.open(), ben.open(), cyd.open()]);
  await Promise.all([hers, his, other].map((board) => board.isIn('live')));
  await other.increase();
  await Promise.all([hers, his, other].map((board) => board.counts(1)));
  await his.set(23);
  await other.isSetTo(23);
  await other.isSettled();
  await other.page.close();
  const kept = await workerIsReady(hers.page);

  // The server is put back to the release before: what it can't read waits, on the screen and on this device.
  await server.stop();
  await server.startOf(stage.previous);
  const line = hers.page.locator('.lines .banner[data-state="page-newer"]');
  await line.getByText('This page is newer than the server.').waitFor();
  await hers.increase();
  await line.getByText('Your 1 edit waits safely.').waitFor();
  await hers.add('Timer', 'Tea');
  await line.getByText('Your 2 edits wait safely.').waitFor();
  await hers.counts(2);

  // Who comes now has a page of that release, and works.
  await his.page.reload();
  await his.isIn('live');
  equal(await scriptOf(his.page), before);
  await his.counts(1);
  await his.set(24);
  await hers.isSetTo(24);
  await hers.keepsState('setpoint', '"value":24');

  // So does her device without a network, as it has kept the newer one; with a network it waits as before.
  await keeps(hers.page, new RegExp(`^${kept}$`));
  await ada.goOffline();
  await hers.page.reload();
  await hers.counts(2);
  equal(await scriptOf(hers.page), now);
  await ada.goOnline();
  await line.getByText('Your 2 edits wait safely.').waitFor();
  equal(await his.widget('Tea').count(), 0);

  // Her page of the older release shows them as well, and leaves them to a newer one.
  await hers.page.reload();
  equal(await scriptOf(hers.page), before);
  const older = hers.page.locator('.lines .banner[data-state="page-older"]');
  await older.getByText('Your 2 edits wait safely.').waitFor();
  await hers.counts(2);
  await his.counts(1);

  // Updated again, the server has a newer one, which sends what waited, once.
  await server.stop();
  await server.startOf(stage.bundle);
  await hers.isIn('live', 'pending');
  await his.isIn('live');
  await hers.counts(2);
  await his.counts(1);
  await older.getByRole('link', { name: 'Reload' }).click();
  await hers.isSettled();
  equal(await scriptOf(hers.page), now);
  await Promise.all([hers.counts(2), his.counts(2), his.widget('Tea').waitFor()]);
  equal(await line.count() + (await older.count()), 0);
}
