import { Front } from '../harness/front.mjs';
import { keeps } from '../harness/worker.mjs';

export const title = 'a release whose worker answers every page with nonsense is got rid of, by a mended one and by none, and no edit goes with it';

const NONSENSE = 'Nothing comes of this.';

/** It takes the place of the one before, lets go of all that was kept, and lets nobody through. */
const BROKEN = `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(takeOver()));
  addEventListener('fetch', (event) => event.request.mode === 'navigate' && event.respondWith(new Response('${NONSENSE}')));
  async function takeOver() {
    for (const name of await caches.keys()) await caches.delete(name);
    await caches.open('tideboard broken');
  }`;

export async function play(stage) {
  const server = await stage.server();
  const front = await new Front(server.port).start();
  try {
    const ada = await stage.person('Ada');
    const hers = await ada.open();
    await hers.page.goto(front.url);
    await hers.isIn('live');
    await hers.increase();
    await hers.isSettled();

    // A release that is mended: the browser looks for one by itself, whenever a page is asked for.
    await breaks(hers.page, front);
    front.scripts.clear();
    await hers.page.reload();
    await keeps(hers.page, /^tideboard [0-9a-f]{16}$/);
    await hers.page.reload();
    await hers.isIn('live');
    await hers.counts(1);
    await hers.increase();
    await hers.isSettled();

    // And a server that hands out none any more.
    await breaks(hers.page, front);
    await server.stop();
    await server.start('--no-offline-start');
    front.scripts.clear();
    await hers.page.reload();
    await keeps(hers.page, /^$/);
    await hers.page.evaluate(async () => {
      while ((await navigator.serviceWorker.getRegistrations()).length > 0) await new Promise(requestAnimationFrame);
    });
    await hers.page.reload();
    await hers.isIn('live');
    await hers.counts(2);
  } finally {
    front.close();
  }
}

/** From here on the worker of every page is the broken one. */
async function breaks(page, front) {
  front.scripts.set('/sw.js', BROKEN);
  await page.reload();
  await keeps(page, /^tideboard broken$/);
  await page.reload();
  await page.getByText(NONSENSE).waitFor();
}
