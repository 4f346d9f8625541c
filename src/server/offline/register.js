// Asks the browser to start the worker that opens boards without the server, where it may: by https, or on this machine.
// After the page's own load and its program, so that it takes nothing from those.

/** How often it is looked after, in milliseconds, while the page is open; and how often it is started again at most. */
const AGAIN_MS = 20_000;
const AGAIN_LEN_MAX = 3;

if ('serviceWorker' in navigator) {
  const start = () =>
    navigator.serviceWorker
      .register('/sw.js', { updateViaCache: 'none' })
      .catch((error) => console.info(`This board will not open without the server: ${error.message}`));
  addEventListener('load', async () => {
    await globalThis.programHasCome?.catch(() => {});
    await start();
    // Somebody may have the browser forget the worker, or its files, under an open page. A worker that has retired itself does not
    // come back by this: a few times, and no more.
    let left = AGAIN_LEN_MAX;
    const look = async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      const names = await caches.keys();
      if (left === 0 || !navigator.onLine || (registration && names.some((name) => name.startsWith('tideboard ')))) return;
      left -= 1;
      if (registration) registration.active?.postMessage('keep');
      else await start();
    };
    const looks = () => look().catch(() => {});
    setInterval(looks, AGAIN_MS);
    addEventListener('online', looks);
  });
}

// The page that is kept for when the server is away speaks as this one does, which may have been told to speak another language since.
addEventListener('load', async () => {
  try {
    if (!globalThis.caches || !(await caches.has('tideboard {release}'))) return;
    const cache = await caches.open('tideboard {release}');
    const shell = await (await cache.match('/shell'))?.text();
    if (shell && !shell.includes(`lang="${document.documentElement.lang}"`)) await cache.add('/shell');
  } catch {
    // The server is away: another time.
  }
});

// The program asks for its storage when it has been compiled: by then the browser has it open.
try {
  indexedDB.databases().catch(() => {});
} catch {
  // Not to be had: the page will say so.
}
