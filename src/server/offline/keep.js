// What a browser keeps of a release. For the worker, by which boards open without the server, and for the page, which looks whether it is
// still there.

const CACHE = 'tideboard {release}';

/** The page without a board. */
const SHELL = '/shell';

function findKept(path) {
  return caches.match(path, { cacheName: CACHE, ignoreVary: true });
}

function anew(path) {
  return new Request(path, { cache: 'no-cache' });
}
