// Opens the boards where the server can't be reached. It keeps the page's own files and one neutral page, the shell; a board's
// data is in IndexedDB, where the page itself reads it. It stores no answer about a board, and changes no request. Into the shell it lays
// the picture that a page has kept of the board, where that may be shown: `mark.js` says whether.
//
// The server writes its release and the names of that one's files into it, so that a new release is another worker.

/** Each is named by its content. */
const FILES = '{files}';

/** How long a page waits for a server that says nothing, in milliseconds. */
const PATIENCE_MS = 3_000;

/** How long the shell waits for a picture. */
const PICTURE_MS_MAX = '{patience}';

/** The cookie with `light` or `dark`, where one of them was chosen on this browser. */
const THEME = '{theme}';

/** Where the shell has room for a picture. */
const PLACE = /<div (class="first-look"[^>]*>)<\/div>/;

/** What is kept as it is, in words of its own, for who can't reach the server: the guide says why. */
const PAGES = ['/troubleshooting', '/guides/keyboard'];

/** What keeps pictures: a page that was opened without the server keeps them, too. */
const SCRIPT = '/offline.js';

/** What is said of it, where the program says since when: about as long as that, so that the board stays where it is. */
function note(page) {
  const said = say(page, 'This is the board as it was last seen on this device; it comes alive in a moment.');
  return `<div class="lines"><div class="banner" data-tone="wait"><span class="icon"></span><p class="banner-text">
  ${said}</p></div></div>`;
}

/** A text in the language of a page, which has its words in it. */
function say(page, english) {
  return page.split(`\n${english} = `)[1]?.split('\n')[0] ?? english;
}

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(keepFiles());
});

// Pages wait for as long as it says that it is not ready: what is forgotten holds nobody up.
addEventListener('activate', (event) => {
  event.waitUntil(Promise.resolve(registration.navigationPreload?.enable()));
  forget();
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(file(request, url.pathname));
  else if (url.pathname === SCRIPT) event.respondWith(script(request));
  else if (request.mode !== 'navigate') return;
  else if (url.pathname === SHELL) event.respondWith(shell(request, url));
  else if (PAGES.includes(url.pathname) || isBoard(url.pathname)) event.respondWith(page(event, url));
});

/** All of a release or nothing: a file that is gone is of an older release, and the next visit brings a newer worker. */
async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...[SHELL, SCRIPT, ...PAGES].map(anew), ...FILES]);
}

/** What earlier releases have kept. Pages of theirs that are still open have all their files in memory. */
async function forget() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('tideboard ') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Files are named by their content. */
async function file(request, path) {
  return (await findKept(path)) ?? fetch(request);
}

async function script(request) {
  return fetch(request).catch(async () => (await findKept(SCRIPT)) ?? Response.error());
}

async function page(event, url) {
  const asked = ask(event);
  const answer = await Promise.race([asked.catch(() => undefined), later(PATIENCE_MS)]);
  if (answer && !isGateway(answer.status)) return answer;
  // Some browsers leave it for ever without the answer that they have asked for ahead: then it is asked for once more.
  const again = () => Promise.any([asked, fetch(event.request)]);
  if (!isBoard(url.pathname)) return (await findKept(url.pathname)) ?? again();
  if (!(await findKept(SHELL))) return again();
  return Response.redirect(`/shell?to=${encodeURIComponent(url.pathname + url.search)}`);
}

async function ask(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

/** The neutral page, with the picture of its board where there is one; for a wall it is marked, as the server marks one. */
async function shell(request, url) {
  const to = new URL(url.searchParams.get('to') ?? '/', location.origin);
  const [page, theme, picture] = await Promise.all([findKept(SHELL), chosenTheme(), Promise.race([pictureOf(to), later(PICTURE_MS_MAX)])]);
  if (!page) return fetch(request);
  const headers = new Headers(page.headers);
  // The server has marked it by what was chosen when it was kept.
  let text = (await page.text()).replace(/<html( data-theme="\w*")?/, (tag) => (theme === undefined ? tag : `<html${theme}`));
  if (to.searchParams.has('wall')) text = text.replace('<html', '<html data-wall=""');
  if (picture) {
    text = text.replace(PLACE, (_, rest) => `<div data-kept ${rest}${note(text)}<div class="board">${picture}</div></div>`);
    // Who goes back to this page later may be somebody else.
    headers.set('cache-control', 'private, no-store');
  }
  return new Response(text, { headers });
}

/** How the page is marked by what is chosen now; `undefined` where the browser tells its workers no cookies: then the page sees to it. */
async function chosenTheme() {
  const cookie = await globalThis.cookieStore?.get(THEME).catch(() => undefined);
  if (cookie === undefined) return undefined;
  return /^(light|dark)$/.test(cookie?.value) ? ` data-theme="${cookie.value}"` : '';
}

/** The picture of a board as the device has it now; one that is of something else goes. */
async function pictureOf({ origin, pathname }) {
  const at = pictureAt(pathname);
  if (origin !== location.origin || !isBoard(pathname)) return undefined;
  const [picture, mark] = await Promise.all([findKept(at), markOf(pathname).catch(() => undefined)]);
  const text = await picture?.text();
  if (mark && text?.startsWith(mark)) return text.slice(mark.length);
  if (text) await (await caches.open(CACHE)).delete(at);
  return undefined;
}

/** Somebody in front of the server answers that it is not there. */
function isGateway(status) {
  return status >= 502 && status <= 504;
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
