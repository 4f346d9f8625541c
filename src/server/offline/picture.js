// Keeps a picture of the board that this page shows, for the worker to show it at a start without the server until the program has come.
// It is markup to be looked at, made anew from a list of what may be in it, and lies beside the page's files: it goes with their release.
//
// It is made when nothing was stored for a while, and kept when nothing was stored for another: what is in it is what its mark says.

{
  const CARDS_MAX = '{cards}';
  const BYTES_MAX = '{bytes}';
  const PICTURES_MAX = '{pictures}';
  const TEXT_MAX = '{text}';
  const REST_MS = '{rest}';
  const AGAIN_MS = '{again}';

  const TAGS = new Set(
    `article header footer section div h2 h3 h4 h5 h6 p span small b strong em i a blockquote pre code time output ul ol li dl dt dd form fieldset legend
    label input textarea button table thead tbody tr th td svg g path line circle rect polyline text`.split(/\s+/),
  );
  const ATTRIBUTES = new Set(
    `class type role placeholder min max step rows disabled hidden viewBox preserveAspectRatio d x y x1 y1 x2 y2 cx cy r dx dy
    width height points pathLength stroke-dasharray stroke-dashoffset text-anchor`.split(/\s+/),
  );
  /** What is true for a moment, or is to be pressed. */
  const LEFT_OUT = '.refusals, .receipt, .card-age, .saying, .wash, .dots, .banner, .veil, .panel, .overlay, [role="alert"]';
  /** Texts and numbers that are edits when they are changed; in any other box stands what nobody was given yet. */
  const GIVEN = '[data-state], [type="range"]';

  const inert = document.implementation.createHTMLDocument('');
  const sight = new MutationObserver(soon);
  /** What will be kept if nothing is stored until then. */
  let next = {};
  let kept = {};
  /** Something was stored since the mark was read. */
  let isNews = true;
  let timer;

  addEventListener('load', async () => {
    if (!navigator.serviceWorker || !globalThis.cookieStore || !globalThis.BroadcastChannel) return;
    await navigator.serviceWorker.ready;
    // What one tab stores it tells all others, and so this.
    new BroadcastChannel('tideboard').addEventListener('message', () => {
      isNews = true;
      soon();
    });
    addEventListener('focusout', soon);
    soon();
  });

  function soon() {
    sight.disconnect();
    timer ??= setTimeout(look, REST_MS);
  }

  async function look() {
    timer = undefined;
    try {
      if (await keep()) soon();
    } catch (error) {
      next = {};
      console.debug(`no picture of this board is kept: ${error.message}`);
    }
    if (!timer) sight.observe(document.body, { subtree: true, childList: true, characterData: true });
  }

  /** The next step to a picture; answers whether another one is due. */
  async function keep() {
    const path = location.pathname;
    const isFull = hasNoRoom();
    const isKept = !isNews && kept.path === path && performance.now() < kept.until;
    if (!isBoard(path) || (isKept && !isFull) || !(await caches.has(CACHE))) return false;
    const cache = await caches.open(CACHE);
    isNews = false;
    const mark = isFull ? undefined : await markOf(path);
    if (!mark) {
      kept = next = {};
      if (isFull || mark === null) await forget(cache, 0);
      else await cache.delete(pictureAt(path));
      return false;
    }
    if (next.path !== path || next.mark !== mark) {
      kept = {};
      next = { path, mark };
      return true;
    }
    if (next.cards === undefined) {
      next.cards = cards();
      if (next.cards === '') await cache.delete(pictureAt(path));
      return Boolean(next.cards);
    }
    const { cards: drawn } = next;
    kept = { path, until: performance.now() + AGAIN_MS };
    next = {};
    try {
      await cache.put(pictureAt(path), new Response(mark + drawn));
      await forget(cache, PICTURES_MAX);
    } catch {
      // No room: these go before anything else does.
      await forget(cache, 0);
    }
    return false;
  }

  /** Of all pictures the oldest go, until so many are left. */
  async function forget(cache, left) {
    const requests = await cache.keys();
    const pictures = requests.filter(({ url }) => new URL(url).pathname.startsWith(pictureAt('/')));
    await Promise.all(pictures.slice(0, Math.max(0, pictures.length - left)).map((request) => cache.delete(request)));
  }

  function hasNoRoom() {
    return document.querySelector('.banner[data-state^="storage-"]') !== null;
  }

  /** The cards of the first window; an empty text where there is no board to be shown, `undefined` where this is no moment for it. */
  function cards() {
    const board = document.querySelector('main#board.board');
    if (!board || board.dataset.mark === 'removed' || /^(unknown|empty|closed)$/.test(board.dataset.state)) return '';
    if (!/^(live|offline|by-requests)$/.test(board.dataset.state)) return undefined;
    if (document.querySelector('.first-look, [data-state="arranging"], .board [data-state="typing"]') || isTypedIn(board)) return undefined;
    let drawn = '';
    let bytes = 0;
    const shown = [...board.querySelectorAll(':scope > .card')].slice(0, CARDS_MAX);
    const end = shown[0]?.getBoundingClientRect().top + innerHeight;
    for (const card of shown) {
      if (card.getBoundingClientRect().top >= end) break;
      const markup = copy(card)?.outerHTML ?? '';
      bytes += new Blob([markup]).size;
      if (bytes > BYTES_MAX) break;
      drawn += markup;
    }
    return drawn;
  }

  /** Somebody has the caret there: what is in the box may be nothing yet that anybody was given. */
  function isTypedIn(board) {
    const box = document.activeElement;
    return board.contains(box) && box.matches('textarea, input:not([type="checkbox"], [type="radio"], [type="range"])');
  }

  /** An element as it looks, in a document of nobody's: without what it does, where it leads, and what it is called by. */
  function copy(element) {
    if (!TAGS.has(element.localName) || element.matches(LEFT_OUT)) return undefined;
    const copied = inert.createElementNS(element.namespaceURI, element.localName);
    for (const { name, value } of element.attributes) {
      if (isLook(name) && !(name === 'disabled' && element.localName === 'fieldset')) copied.setAttribute(name, value);
    }
    const lower = element.closest('.card').getBoundingClientRect().bottom;
    for (const child of element.localName === 'textarea' ? [] : element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) copied.append(child.data);
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      // A long list goes on below its card's edge, out of sight.
      if (child.localName === 'li' && child.getBoundingClientRect().top >= lower) break;
      const inner = copy(child);
      if (inner) copied.append(inner);
    }
    if (element.checked) copied.setAttribute('checked', '');
    if (element.localName === 'input' && element.matches(GIVEN)) copied.setAttribute('value', element.value.slice(0, TEXT_MAX));
    // Of a box's markup the first end of a line is none of its text.
    if (element.localName === 'textarea' && element.matches(GIVEN)) copied.textContent = `\n${element.value}`;
    return copied;
  }

  function isLook(name) {
    return ATTRIBUTES.has(name) || name.startsWith('aria-') || (name.startsWith('data-') && !/hydration|dioxus|menu/.test(name));
  }
}
