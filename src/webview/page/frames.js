// What the program draws is drawn in a window that nobody sees, too.
//
// The program goes on when the page has drawn, and the page draws in its next frame. WebKit gives a window none that is minimised or hidden:
// then all behind it would stand still, its connection and its disk as well.
{
  /** A window that has no frame for so long has none, whatever it says of itself; in milliseconds. */
  const frameMsMax = 250;
  const inFrame = window.requestAnimationFrame.bind(window);
  /** What waits for a frame, by its number. */
  const asked = new Map();
  let last = 0;
  /** Draws where no frame comes. */
  let late;
  const draw = () => {
    clearTimeout(late);
    late = undefined;
    const now = [...asked.values()];
    asked.clear();
    for (const callback of now) callback(performance.now());
  };
  // Not a timer, of which a hidden page has one in a second.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = draw;
  const drawNow = () => port2.postMessage(null);
  window.requestAnimationFrame = (callback) => {
    last += 1;
    asked.set(last, callback);
    if (document.visibilityState === 'hidden') {
      drawNow();
    } else {
      inFrame(draw);
      late ??= setTimeout(draw, frameMsMax);
    }
    return last;
  };
  window.cancelAnimationFrame = (number) => asked.delete(number);
  document.addEventListener('visibilitychange', drawNow);
}
