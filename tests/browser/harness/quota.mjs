// A device that is really full: Chromium's own quota for the page's origin, filled to the last byte.

/** What the origin may store, in bytes: enough for the page, and soon filled. */
const QUOTA_BYTES = 4_000_000;

/** A person's first tab on a small device. Chromium asks for its quota when a page first stores, and remembers it for a while. */
export async function openOnASmallDevice(person) {
  const board = await person.open('troubleshooting');
  const chromium = await board.page.context().newCDPSession(board.page);
  const { origin } = new URL(person.network.url);
  await chromium.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: QUOTA_BYTES });
  await board.page.goto(person.network.url);
  await board.isIn('live');
  return {
    board,
    fill: () => board.page.evaluate(fill),
    /** It is as large as any from now on. */
    makeRoom: () => chromium.send('Storage.overrideQuotaForOrigin', { origin }),
  };
}

/** Runs in the page: stores what does not get smaller, until not even a few bytes more are taken. */
async function fill() {
  const done = (request, event) => new Promise((resolve, reject) => {
    request[event] = () => resolve(request.result);
    request.onabort = request.onerror = () => reject(request.error);
  });
  const opening = indexedDB.open('ballast');
  opening.onupgradeneeded = () => opening.result.createObjectStore('ballast', { autoIncrement: true });
  const database = await done(opening, 'onsuccess');
  for (let bytes = 65_536; bytes >= 16;) {
    const storing = database.transaction('ballast', 'readwrite', { durability: 'strict' });
    storing.objectStore('ballast').add(crypto.getRandomValues(new Uint8Array(bytes)));
    try {
      await done(storing, 'oncomplete');
    } catch (error) {
      if (error.name !== 'QuotaExceededError') throw error;
      bytes /= 2;
    }
  }
}
