// Starts the page's program when the board that its server has drawn is on the screen: until then the drawing has the link and
// the processor for itself. Where no paint is told of (in a tab behind others, say) it starts when all else has come.

{
  const { module, wasm } = document.currentScript.dataset;

  /** What comes after the program waits for it. */
  globalThis.programHasCome = new Promise((come) => {
    let isStarted = false;
    const start = () => {
      if (isStarted) return;
      isStarted = true;
      fetchEarly(wasm);
      come(import(module).then((program) => program.default()));
    };
    const isDrawn = (paints) => paints.getEntriesByName('first-contentful-paint').length > 0;
    new PerformanceObserver((paints) => isDrawn(paints) && start()).observe({ type: 'paint', buffered: true });
    addEventListener('load', () => setTimeout(start, 1_000));
  });

  /** The module asks for it only when it has come itself. */
  function fetchEarly(href) {
    const link = { rel: 'preload', as: 'fetch', type: 'application/wasm', crossOrigin: '', href };
    document.head.append(Object.assign(document.createElement('link'), link));
  }
}
