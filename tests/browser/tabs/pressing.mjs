// What a tab does by itself: it presses, and tells the books what it will press and what its page has said. Runs in the page.

/**
 * Presses without a rest, from when `globalThis.pressing.go` is called. `own`, `shared` and `level` are titles of widgets; `gapMs`
 * is the longest wait between two presses; what is said while more than `waitingMax` edits wait is not counted, so none is pressed
 * while half as many do. Gives the number that `own` stands at. `globalThis.grant` is asked before each press: none is made that is
 * not in the books. `globalThis.say` is told what the page says is saved; where the tab dies meanwhile, that may not be heard, and
 * the books have a promise less.
 */
export function presses({ own, shared, level, gapMs, waitingMax }) {
  const SAVED = ['on-device', 'retrying', 'on-server', 'applied', 'seen-by-one', 'seen'];
  const card = (title) => document.querySelector(`#board article[aria-label="${title}"]`);
  const shown = () => Number(card(own).querySelector('output').textContent);
  // What the foot of a card says of the newest edit here: whether it, and so all before it, is on this device.
  const waiting = () => Number(document.querySelector('.pending-badge .count')?.textContent ?? 0);
  const isCalledSaved = (title) => {
    const receipt = card(title).querySelector('.receipt');
    return receipt !== null && SAVED.includes(receipt.dataset.state) && receipt.textContent !== 'In this page only';
  };
  const isSaved = (title) => waiting() <= waitingMax && isCalledSaved(title);
  const base = shown();
  let [made, madeShared, said, saidShared] = [0, 0, 0, 0];
  /** How many presses of the shared counter there were before each of one's own. */
  const before = [0];
  const times = { pressed: [], saved: [] };

  /** Hears, once, that all is said to be saved, however much waits. */
  let allSaid;
  const tells = () => {
    const reached = Math.min(shown() - base, made);
    if (reached <= said && saidShared >= before[said]) return;
    if (reached > said && isSaved(own)) {
      for (let at = said + 1; at <= reached; at += 1) times.saved[at] = performance.now();
      said = reached;
    }
    if (isSaved(shared)) saidShared = Math.max(saidShared, before[said]);
    globalThis.say({ own: said, shared: saidShared });
  };
  const look = () => {
    tells();
    if (allSaid !== undefined && shown() === base + made && isCalledSaved(own)) {
      allSaid(shown());
      allSaid = undefined;
    }
  };
  const heard = { subtree: true, childList: true, characterData: true, attributes: true };
  for (const title of [own, shared]) new MutationObserver(look).observe(card(title), heard);

  const click = (title, name) => card(title).querySelector(`button[aria-label="${name}"]`).click();
  const one = (isShared) => {
    made += 1;
    // It goes first: what is said of one's own press, which comes after it, finds it in the queue.
    if (isShared) {
      madeShared += 1;
      click(shared, 'Add one');
    }
    before[made] = madeShared;
    times.pressed[made] = performance.now();
    click(own, 'Add one');
    click(level, `${level}, more`);
  };

  globalThis.pressing = {
    isStopped: false,
    /** Presses so often, each once the one before is saved; gives how long each took to be, in milliseconds. */
    async timed(count) {
      for (let at = 0; at < count; at += 1) {
        await globalThis.grant({ shared: 0 });
        made += 1;
        before[made] = madeShared;
        times.pressed[made] = performance.now();
        click(own, 'Add one');
        while (said < made) await new Promise((passed) => setTimeout(passed, 1));
      }
      return times.saved.map((saved, at) => saved - times.pressed[at]).filter((took) => took >= 0);
    },
    go() {
      globalThis.pressing.isStopped = false;
      globalThis.pressing.going = globalThis.pressing.presses();
    },
    async presses() {
      while (!globalThis.pressing.isStopped) {
        const isShared = Math.random() < 0.5;
        if (!(await globalThis.grant({ shared: Number(isShared) }))) return;
        one(isShared);
        do await new Promise((passed) => setTimeout(passed, Math.random() * gapMs));
        while (waiting() > waitingMax / 2 && !globalThis.pressing.isStopped);
      }
    },
    /**
     * Presses no more; gives the number that `own` stands at in the moment in which all of it is said to be saved. Of the level that
     * is not known: what it shows may be no edit yet, and what its card says is of the edit before.
     */
    async settles() {
      globalThis.pressing.isStopped = true;
      await globalThis.pressing.going;
      return new Promise((said) => {
        allSaid = said;
        look();
      });
    },
  };
  return base;
}

/** Notes, in each frame, what the cards show of numbers that only rise, and which went back. Runs in the page of who watches. */
export function watchesRising() {
  const newest = new Map();
  globalThis.wentBack = [];
  const look = () => {
    for (const card of document.querySelectorAll('#board article[aria-label]')) {
      const place = card.querySelector('output, input[type="number"]');
      if (place === null) continue;
      const title = card.getAttribute('aria-label');
      const number = Number(place.value ?? place.textContent);
      if (number < newest.get(title)) globalThis.wentBack.push(`${title} showed ${newest.get(title)}, then ${number}`);
      newest.set(title, number);
    }
    requestAnimationFrame(look);
  };
  look();
}
