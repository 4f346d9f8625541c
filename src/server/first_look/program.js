// Starts the page's program when the board that its server has drawn is on the screen: until then the drawing has link and
// processor for itself. Where no paint is told of (in a tab behind others) it starts when all else has come. A browser may paint the
// beginning of a page whose rest is on its way: the program takes over a whole one.

{
  const { module, wasm } = document.currentScript.dataset;
  const early = [
    { rel: 'modulepreload', href: module },
    { rel: 'preload', as: 'fetch', type: 'application/wasm', crossOrigin: '', href: wasm },
  ];

  const whole = new Promise((come) => {
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', come);
    else come();
  });

  /** What comes after the program waits for it. */
  globalThis.programHasCome = new Promise((come) => {
    let start = () => {
      start = () => {};
      document.head.append(...early.map((link) => Object.assign(document.createElement('link'), link)));
      come(whole.then(() => import(module)).then((program) => program.default()));
    };
    new PerformanceObserver((paints) => {
      if (paints.getEntriesByName('first-contentful-paint').length > 0) start();
    }).observe({ type: 'paint', buffered: true });
    addEventListener('load', () => setTimeout(() => start(), 1_000));
  });
}
