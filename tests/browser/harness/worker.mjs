// The worker that opens boards without a server, as the browser has it.
import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './tools.mjs';

/** What tells of what a picture is one: the page's own words. */
const MARK = readFileSync(join(project, 'src/server/offline/mark.js'), 'utf8').replace("'{waiting}'", '16');

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

/** Resolves when a picture is kept of the board at `path` as it is stored now, with its markup; where `is` is false, when there is none such. */
export function keepsPicture(page, path = '/', is = true) {
  return page.evaluate(`(async () => {
    ${MARK}
    for (;;) {
      const [mark, picture] = await Promise.all([markOf('${path}'), caches.match(pictureAt('${path}'))]);
      const text = (await picture?.text()) ?? '';
      if ((Boolean(mark) && text.startsWith(mark)) === ${is}) return text.slice(mark?.length);
      await new Promise(requestAnimationFrame);
    }
  })()`);
}

/** Resolves when pictures are kept of these boards and no others. */
export async function keepsPictures(page, ...paths) {
  await page.evaluate(async (wanted) => {
    const kept = async () => {
      const [name] = await caches.keys();
      const requests = await (await caches.open(name)).keys();
      return requests.map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith('/picture/'));
    };
    while ((await kept()).sort().join() !== wanted) await new Promise(requestAnimationFrame);
  }, paths.map((path) => `/picture${path}`).sort().join());
}
