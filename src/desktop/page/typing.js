// What is typed is not taken back by its own echo.
//
// The page draws a moment after the program has: a box whose value the program keeps is told each text that was typed in it, and by then
// may hold more. Such an echo changes nothing here. What is not one, another person's edit say, is shown.
{
  /** An echo comes sooner than this, in milliseconds; a text that comes back later is meant. */
  const echoMsMax = 2_000;
  /** What was typed in each box, and when, until its echo has come. */
  const typed = new WeakMap();
  const remember = ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
    const awaited = typed.get(target)?.filter(({ at }) => performance.now() - at < echoMsMax) ?? [];
    typed.set(target, [...awaited, { text: target.value, at: performance.now() }]);
  };
  const isEcho = (box, text) => {
    const awaited = typed.get(box)?.filter(({ at }) => performance.now() - at < echoMsMax) ?? [];
    const position = awaited.findIndex((entry) => entry.text === String(text));
    // Those before it will not come any more: the program draws the newest only. Nor will any, once the box holds something else; and
    // a text that the box has already is not told at all.
    typed.set(box, position < 0 ? [] : awaited.slice(position + 1));
    return position >= 0;
  };
  addEventListener('input', remember, { capture: true });
  addEventListener('focusout', ({ target }) => typed.delete(target), { capture: true });
  for (const kind of [HTMLInputElement, HTMLTextAreaElement]) {
    const { get, set } = Object.getOwnPropertyDescriptor(kind.prototype, 'value');
    Object.defineProperty(kind.prototype, 'value', {
      configurable: true,
      enumerable: true,
      get,
      set(text) {
        if (!isEcho(this, text)) set.call(this, text);
      },
    });
  }
}
