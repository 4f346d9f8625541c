// Says on the page that asks for a token that edits wait in this browser: those of whoever was signed in here last, as the cookie says that pages may
// read, and nobody else's. That there are some, and nothing of what they are; after a sign-out the cookie names nobody. What waits for another server,
// which was at this address before, is not sent by signing in.
const who = /(?:^|; )tideboard_who=([0-9a-f]+)\/([\w.-]*)/.exec(document.cookie);
const [, store, principal] = who ?? [];
const whose = principal && store === document.currentScript.dataset.store && `${store}/${principal}`;

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

async function tell() {
  const database = await stored();
  try {
    const records = database.transaction('records').objectStore('records');
    const waiting = await answer(records.count(IDBKeyRange.bound([whose, 'outbox/'], [whose, 'outbox0'])));
    const said = document.getElementById('waiting');
    said.hidden = waiting === 0;
    said.dataset.state = said.hidden ? 'clear' : 'waiting';
  } finally {
    database.close();
  }
}

/** Who has signed out takes along what they typed: whoever signs in next on this tab may come by the same token. */
function forgetDrafts() {
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith('tideboard draft '));
  for (const name of names) sessionStorage.removeItem(name);
}

if (who && !principal) forgetDrafts();
// Where nothing can be read there is nothing to say.
if (whose) tell().catch(() => {});
