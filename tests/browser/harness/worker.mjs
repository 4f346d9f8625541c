// The worker that opens boards without a server, as the browser has it.
import { equal, match, ok } from 'node:assert/strict';

/** The worker runs, and has kept all that it needs; answers under which name. */
export async function workerIsReady(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const { names, paths } = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await (await caches.open(names[0])).keys();
    return { names, paths: requests.map(({ url }) => new URL(url).pathname) };
  });
  equal(names.length, 1);
  match(names[0], /^tideboard [0-9a-f]{16}$/);
  ok(paths.includes('/shell') && paths.some((path) => path.endsWith('.wasm')), paths.join(' '));
  return names[0];
}

/** Resolves when the caches of this address are so: their names, sorted, with a comma between, as `/pattern/` says. */
export async function keeps(page, pattern) {
  const isSo = async (source) => {
    while (!new RegExp(source).test((await caches.keys()).sort().join())) await new Promise(requestAnimationFrame);
  };
  await page.evaluate(isSo, pattern.source);
}
