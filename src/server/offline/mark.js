// Tells of what a kept picture of a board is one: of whom this device works for, in which language, of what it has stored of the board, and of
// what waits on it. A picture is kept under its mark, and shown where that is still the same. So nobody sees more in it than the page itself would show, nor
// anything from before the last edit, whichever tab made that and however it ended. For the page, which makes pictures, and for the worker.

/** A picture is of a board beside which no more than this waits: all of it is read for the mark. */
const WAITING_MAX = '{waiting}';

/** Whether a board is what an address shows. */
const isBoard = (path) => path === '/' || path.startsWith('/boards/');

/** Where the picture of the board at an address is kept. */
const pictureAt = (path) => `/picture${path}`;

/** The mark of the board at an address; `undefined` where its page would show nothing of it without the server, or it can't be told, and `null`
 * where it would show nothing of any board: whoever uses the browser now is not who the device works for. */
async function markOf(path) {
  const board = path === '/' ? 'this-machine' : /^\/boards\/([\w.-]+)$/.exec(path)?.[1];
  if (!board || !globalThis.cookieStore) return undefined;
  const cookie = (name) => cookieStore.get(`tideboard_${name}`);
  const [who, language, database] = await Promise.all([cookie('who'), cookie('language'), stored()]);
  try {
    const transaction = database.transaction(['notes', 'records']);
    const [notes, records] = [transaction.objectStore('notes'), transaction.objectStore('records')];
    const note = JSON.parse((await answer(notes.get(`namespace ${location.origin}`))) ?? 'null');
    if (!note || !isTheirs(note, who?.value)) return null;
    const at = (key) => [`${note.store}/${note.principal}`, key];
    // How many edits were made, how far the board was seen, and whether it is on the list of boards.
    const asked = ['high', `meta/${board}`, `widget/boards/${board}`].map((key) => records.get(at(key)));
    asked.push(records.getAll(IDBKeyRange.bound(at('outbox/'), at('outbox0')), WAITING_MAX + 1));
    const found = await Promise.all(asked.map(answer));
    const [, seen, , waiting] = found;
    if (seen === undefined || waiting.length > WAITING_MAX) return undefined;
    return await digest([who?.value, language?.value, note, found]);
  } finally {
    database.close();
  }
}

/** Whether whoever uses the browser now may be shown what was stored by the one of this note: `Note::namespace_for` has the same rule. */
function isTheirs({ store, principal }, who) {
  const [signedInTo, signedIn] = who?.split('/') ?? [];
  return signedInTo === store ? signedIn === principal : principal === 'local';
}

/** The device's database, where there is one: none is made. */
function stored() {
  const opening = indexedDB.open('tideboard');
  opening.onupgradeneeded = () => opening.transaction.abort();
  return answer(opening);
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function digest(of) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(of)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
