// Takes a worker that an earlier start of this server has given out off a browser, and all that it has kept. Boards and edits are in IndexedDB; they
// stay. It is run twice: as a worker, in the place of the one that goes, and by the page, which registers none: by that a browser would bring back
// the one that is just leaving. The page looks where no worker is left, too: a page that was open until then may have kept a picture since.

if (globalThis.registration) {
  addEventListener('install', () => skipWaiting());
  // Pages wait for as long as it says that it is not ready: that is not said.
  addEventListener('activate', () => void retire(registration));
} else {
  navigator.serviceWorker
    ?.getRegistration()
    .then(retire)
    .catch((error) => console.info(`What this browser kept is still there: ${error.message}`));
}

async function retire(worker) {
  try {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith('tideboard ')).map((name) => caches.delete(name)));
  } finally {
    // What a browser can't forget it does not show any more, either.
    await worker?.unregister();
  }
}
