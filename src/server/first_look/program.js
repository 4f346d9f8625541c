// Starts the page's program when the board that its server has drawn is on the screen: until then the drawing has link and
// processor for itself. Where no paint is told of (in a tab behind others) it starts when all else has come.

{
  const { module, wasm } = document.currentScript.dataset;
  const early = { rel: 'preload', as: 'fetch', type: 'application/wasm', crossOrigin: '', href: wasm };

  /** What comes after the program waits for it. */
  globalThis.programHasCome = new Promise((come) => {
    let start = () => {
      start = () => {};
      document.head.append(Object.assign(document.createElement('link'), early));
      come(import(module).then((program) => program.default()));
    };
    new PerformanceObserver((paints) => {
      if (paints.getEntriesByName('first-contentful-paint').length > 0) start();
    }).observe({ type: 'paint', buffered: true });
    addEventListener('load', () => setTimeout(() => start(), 1_000));
  });
}
