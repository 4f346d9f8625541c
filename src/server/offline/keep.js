// What a browser keeps of a release, so that boards open without the server. For the worker, which has it kept when it is installed, and for the
// page, which looks whether it is still there.

const CACHE = 'tideboard {release}';

/** Each is named by its content. */
const FILES = '{files}';

/** What is kept as it is, in words of its own, for who can't reach the server: the guide says why. */
const PAGES = ['/troubleshooting', '/guides/keyboard'];

/** The page without a board. */
const SHELL = '/shell';

/** What a page runs beside its program. A page that was opened without the server keeps pictures, too. */
const SCRIPT = '/offline.js';

/** All of a release or nothing: a file that is gone is of an older release, and the next visit brings a newer worker. */
async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...[SHELL, SCRIPT, ...PAGES].map(anew), ...FILES]);
}

function anew(path) {
  return new Request(path, { cache: 'no-cache' });
}

function findKept(path) {
  return caches.match(path, { cacheName: CACHE, ignoreVary: true });
}
