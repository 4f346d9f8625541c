import { deepEqual, equal } from 'node:assert/strict';
import { keeps, workerIsReady } from '../harness/worker.mjs';

export const title = 'a board opens without the server, with what waits on it, and a release can be taken back';

export async function play(stage) {
  const server = await stage.server();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await workerIsReady(hers.page);
  await isInstallable(hers.page);
  await asksForTheReleaseEachTime(hers.page.url());
  await hers.increase();
  await hers.isSettled();
  await hers.keepsValues();

  // The browser's own switch: no server, no proxy, nothing.
  await ada.goOffline();
  await hers.increase();
  await hers.counts(2);
  await hers.keeps(1);
  await hers.page.reload();
  await hers.counts(2);
  await hers.keeps(1);
  await hers.page.getByText(/This is the board as of \d\d:\d\d\. Edits are kept in this browser/).waitFor();
  await hers.showsLastValue();
  equal(new URL(hers.page.url()).pathname, '/');
  await hers.increase();
  await hers.counts(3);

  // Any board's address, and one for a wall, which stays one when it is loaded again.
  const elsewhere = await ada.open('boards/never-seen-here');
  await elsewhere.page.getByRole('heading', { name: 'This board is not on this device yet.' }).waitFor();
  const wall = await ada.open('?wall');
  await wall.page.locator('html[data-wall]').waitFor({ state: 'attached' });
  await wall.page.waitForURL((url) => url.pathname === '/' && url.search === '?wall');
  await wall.page.close();
  await elsewhere.page.goto(new URL('troubleshooting', ada.network.url).href);
  await elsewhere.page.getByRole('heading', { name: 'When something does not work' }).waitFor();
  await elsewhere.page.close();

  await ada.goOnline();
  await hers.isIn('live');
  await hers.isSettled();
  await his.counts(3);

  // A server that is gone, seen by way of what stands in front of it.
  await server.kill();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.page.reload();
  await hers.counts(4);
  await hers.keeps(1);

  // The way out: what comes with the next page takes the worker and all it has kept off this browser, and no edit.
  await server.start('--no-offline-start');
  await hers.isIn('live');
  await hers.isSettled();
  await hers.page.reload();
  await keeps(hers.page, /^$/);
  // It goes when it has let go of what it kept.
  await hers.page.evaluate(async () => {
    while ((await navigator.serviceWorker.getRegistrations()).length > 0) await new Promise(requestAnimationFrame);
  });
  await hers.isIn('live');
  await Promise.all([hers.counts(4), his.counts(4)]);

  // A page that was open while its worker went may have kept one more picture.
  await hers.page.evaluate(async () => (await caches.open('tideboard 0123456789abcdef')).put('/picture/', new Response('late')));
  await hers.page.reload();
  await keeps(hers.page, /^$/);
}

/** What says which release this is comes from the server: what a browser kept of it would keep an older one. */
async function asksForTheReleaseEachTime(page) {
  for (const path of ['/sw.js', '/offline.js', '/app.webmanifest']) {
    const { status, headers } = await fetch(new URL(path, page));
    deepEqual([status, headers.get('cache-control'), headers.get('etag')], [200, 'no-cache', null], path);
  }
}

/** The browser would offer to install it, and finds all that its manifest names. */
async function isInstallable(page) {
  const session = await page.context().newCDPSession(page);
  const { manifest, errors } = await session.send('Page.getAppManifest');
  deepEqual(errors, []);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A profile that is a spec's own keeps nothing, and so installs nothing.
  deepEqual(installabilityErrors.map(({ errorId }) => errorId), ['in-incognito']);
  for (const { url: file, sizes } of [...manifest.icons, ...manifest.screenshots.map(({ image }) => image)]) {
    equal(await page.evaluate(async (file) => {
      const image = Object.assign(new Image(), { src: file });
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, file), sizes, file);
  }
  await session.detach();
}
