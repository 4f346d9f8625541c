// Opens the boards where the server can't be reached. It keeps the page's own files and one neutral page, the shell; a board's
// data is in IndexedDB, where the page itself reads it. It stores no answer about a board, and changes no request.
//
// The server writes the first lines anew for each release, so that a new release is another worker.

const FILES = '{files}';
const CACHE = 'tideboard {release}';

/** How long a page waits for a server that says nothing, in milliseconds. */
const PATIENCE_MS = 3_000;

/** What is kept as it is, in words of its own, for who can't reach the server: the guide says why. */
const PAGES = ['/troubleshooting'];

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(keep());
});

addEventListener('activate', (event) => event.waitUntil(Promise.all([forget(), registration.navigationPreload?.enable()])));

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(file(request, url.pathname));
  else if (request.mode !== 'navigate') return;
  else if (url.pathname === '/shell') event.respondWith(shell(request, url));
  else if (PAGES.includes(url.pathname) || isBoard(url.pathname)) event.respondWith(page(event, url));
});

/** All of a release or nothing: a file that is gone is of an older release, and the next visit brings a newer worker. */
async function keep() {
  const cache = await caches.open(CACHE);
  const pages = ['/shell', ...PAGES].map((path) => new Request(path, { cache: 'no-cache' }));
  await cache.addAll([...pages, ...FILES]);
}

/** What earlier releases have kept. Pages of theirs that are still open have all their files in memory. */
async function forget() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('tideboard ') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Files are named by their content. */
async function file(request, path) {
  return (await kept(path)) ?? fetch(request);
}

async function page(event, url) {
  const asked = ask(event);
  const answer = await Promise.race([asked.catch(() => undefined), later()]);
  if (answer && !isGateway(answer.status)) return answer;
  if (!isBoard(url.pathname)) return (await kept(url.pathname)) ?? asked;
  if (!(await kept('/shell'))) return asked;
  return Response.redirect(`/shell?to=${encodeURIComponent(url.pathname + url.search)}`);
}

async function ask(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

/** The neutral page; for a wall it is marked, as the server marks one. */
async function shell(request, url) {
  const page = await kept('/shell');
  if (!page) return fetch(request);
  const query = new URL(url.searchParams.get('to') ?? '/', location.origin).searchParams;
  if (!query.has('wall')) return page;
  return new Response((await page.text()).replace('<html', '<html data-wall=""'), { headers: page.headers });
}

function kept(path) {
  return caches.match(path, { cacheName: CACHE, ignoreVary: true });
}

function isBoard(path) {
  return path === '/' || path.startsWith('/boards/');
}

/** Somebody in front of the server answers that it is not there. */
function isGateway(status) {
  return status >= 502 && status <= 504;
}

function later() {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
}
