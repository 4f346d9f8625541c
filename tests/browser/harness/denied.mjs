// Browsers that give a page less than it asks for. Each of these runs in a page before its own program.

/** No site may store anything: asking throws. */
export function denyStorage() {
  IDBFactory.prototype.open = () => {
    throw new DOMException('The user denied permission to access the database.', 'SecurityError');
  };
}

/** A profile whose disk is damaged: asking is answered by an error. */
export function failToOpenStorage() {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...args) {
    const request = open.apply(this, args);
    request.addEventListener('upgradeneeded', () => request.transaction.abort());
    return request;
  };
}

/** A browser that hangs: asking is not answered. */
export function letStorageHang() {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...args) {
    const request = open.apply(this, args);
    for (const answer of ['success', 'error']) request.addEventListener(answer, (event) => event.stopImmediatePropagation());
    return request;
  };
}

/** No storage at all, as some embedded browsers have it. */
export function haveNoStorage() {
  Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
}

/** While the tab's `sessionStorage` has `isBroken`, nothing more is written. */
export function letStorageBreak() {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    if (sessionStorage.getItem('isBroken') && mode === 'readwrite') throw new DOMException('Internal error.', 'UnknownError');
    return transaction.call(this, stores, mode, options);
  };
}

/** Tabs know nothing of each other. */
export function keepTabsApart() {
  delete globalThis.BroadcastChannel;
  Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
}

/** Notes in `globalThis.claims` whatever the page says of edits that are saved. */
export function noteClaims() {
  globalThis.claims = [];
  const note = () => {
    const said = document.body?.textContent.match(/(?<!not )(saved|kept) (on this device|here|in this browser)/gi) ?? [];
    globalThis.claims.push(...said);
  };
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
}
