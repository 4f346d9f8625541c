// Asks the browser to start the worker that opens boards without the server, where it may: by https, or on this machine.
// After the page's own load and its program, so that it takes nothing from those.

if ('serviceWorker' in navigator) {
  addEventListener('load', async () => {
    await globalThis.programHasCome?.catch(() => {});
    navigator.serviceWorker
      .register('/sw.js', { updateViaCache: 'none' })
      .catch((error) => console.info(`This board will not open without the server: ${error.message}`));
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
