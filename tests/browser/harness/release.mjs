// A release of the page and its server, as it was built: this one, and the one before it, which a feature of the package's builds.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { target } from './tools.mjs';

/** The folder of the release before this one. */
export const PREVIOUS = resolve(process.env.TIDEBOARD_PREVIOUS ?? join(target, 'dx/tideboard/previous'));

/** What its pages load: the path of their script. */
export function scriptIn(bundle) {
  const [name, ...others] = readdirSync(join(bundle, 'public/assets')).filter((name) => /^tideboard.*\.js$/.test(name));
  if (name === undefined || others.length > 0) throw new Error(`${bundle} has no one script: ${[name, ...others]}`);
  return `/assets/${name}`;
}

/** What this page has loaded: by itself, or after its board was drawn. */
export function scriptOf(page) {
  return page.evaluate(() => {
    const script = document.querySelector('script[type=module], script[data-module]');
    return new URL(script.dataset.module ?? script.src, location.href).pathname;
  });
}
