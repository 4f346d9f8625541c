import { equal } from 'node:assert/strict';
import { keeps, workerIsReady } from '../harness/worker.mjs';

export const title = 'a new release is taken up by the next page, and given up again, without losing a word or an edit';

export async function play(stage) {
  const server = await stage.server();
  const release = stage.release();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  equal(await scriptOf(hers.page), release.scripts.before);
  const old = await workerIsReady(hers.page);

  // A page of the old release, with something in its outbox and a word in a box, meets a server of the new one.
  const note = hers.widget('Note').getByRole('textbox', { name: 'Text' });
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.keeps(1);
  await note.fill('Written before the new release');
  await server.stop();
  await server.startOf(release.folder);
  ada.network.heal();
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.isSettled();
  await Promise.all([hers.counts(1), his.counts(1)]);
  await his.page.waitForFunction(() => document.querySelector('article[aria-label="Note"] textarea').value === 'Written before the new release');
  equal(await scriptOf(hers.page), release.scripts.before);

  // The next page is of the new one, and so is what opens without a server from then on.
  await hers.page.reload();
  await hers.isIn('live');
  equal(await scriptOf(hers.page), release.scripts.now);
  await keeps(hers.page, new RegExp(`^(?!${old})[^,]+$`));
  await workerIsReady(hers.page);
  await ada.goOffline();
  await hers.increase();
  await hers.keeps(1);
  await hers.page.reload();
  await hers.counts(2);
  equal(await scriptOf(hers.page), release.scripts.now);

  // Taken back: the page of the new release goes on with the old server, and the next page is an old one again.
  await server.stop();
  await server.start();
  await ada.goOnline();
  await hers.isIn('live');
  await hers.isSettled();
  await his.counts(2);
  await hers.page.reload();
  await hers.isIn('live');
  equal(await scriptOf(hers.page), release.scripts.before);
  await keeps(hers.page, new RegExp(`^${old}$`));
  await Promise.all([hers.counts(2), his.counts(2)]);
}

/** The page's program: started by itself, or after its board was drawn. */
function scriptOf(page) {
  return page.evaluate(() => {
    const script = document.querySelector('script[type=module], script[data-module]');
    return new URL(script.dataset.module ?? script.src, location.href).pathname;
  });
}
