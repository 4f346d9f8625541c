// What is typed is not taken back by its own echo.
//
// The page draws a moment after the program has: a box whose value the program keeps is told each text that was typed in it, and by then
// may hold more. Such an echo changes nothing here. What is not one, another person's edit say, is shown.
{
  /** An echo comes sooner than this, in milliseconds; a text that comes back later is meant. */
  const echoMsMax = 2_000;
  /** What was typed in each box, and when, until its echo has come. */
  const typed = new WeakMap();
  const isBox = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  const remember = ({ target }) => {
    if (!isBox(target)) return;
    const awaited = typed.get(target)?.filter(({ at }) => performance.now() - at < echoMsMax) ?? [];
    typed.set(target, [...awaited, { text: target.value, at: performance.now() }]);
  };
  const isEcho = (box, text) => {
    const awaited = typed.get(box)?.filter(({ at }) => performance.now() - at < echoMsMax) ?? [];
    const position = awaited.findIndex((entry) => entry.text === String(text));
    // Those before it will not come any more: the program draws the newest only, and that more than once. Nor will any, once the box holds
    // something else.
    typed.set(box, position < 0 ? [] : awaited.slice(position));
    return position >= 0;
  };
  addEventListener('input', remember, { capture: true });
  addEventListener('focusout', ({ target }) => typed.delete(target), { capture: true });
  // What these keys have the program draw is meant, also where it was typed a moment ago.
  const ends = ({ target, key, isComposing }) => {
    if (isComposing) return;
    if (key === 'Escape' || key === 'Tab' || (key === 'Enter' && target instanceof HTMLInputElement)) typed.delete(target);
  };
  addEventListener('keydown', ends, { capture: true });

  /** Whether the program draws now; who else reads a box or writes in it has nothing to do with echoes. */
  let draws = false;
  /** Boxes that the program has read while it drew: those it has then not written hold already what it draws. */
  const read = new Set();
  const frame = window.requestAnimationFrame;
  window.requestAnimationFrame = (callback) =>
    frame((now) => {
      draws = true;
      try {
        callback(now);
      } finally {
        draws = false;
        for (const box of read) isEcho(box, box.value);
        read.clear();
      }
    });
  for (const kind of [HTMLInputElement, HTMLTextAreaElement]) {
    const { get, set } = Object.getOwnPropertyDescriptor(kind.prototype, 'value');
    Object.defineProperty(kind.prototype, 'value', {
      configurable: true,
      enumerable: true,
      get() {
        if (draws) read.add(this);
        return get.call(this);
      },
      set(text) {
        if (draws) {
          read.delete(this);
          if (isEcho(this, text)) return;
        }
        set.call(this, text);
      },
    });
  }
}
