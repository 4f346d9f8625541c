// Where things are: the project, and the packages that `cargo xtask` installs under its target folder.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const project = fileURLToPath(new URL('../../..', import.meta.url));

/** The target folder: `CARGO_TARGET_DIR` if set, as cargo has it. */
export const target = resolve(project, process.env.CARGO_TARGET_DIR ?? 'target');

const installed = createRequire(join(target, 'tools/package.json'));

/** Loads a package from target/tools. */
export function tool(name) {
  try {
    return installed(name);
  } catch (cause) {
    throw new Error(`${name} is not installed: run \`cargo xtask setup\``, { cause });
  }
}

/** The file of a package from target/tools, for what is loaded into a page. */
export function toolFile(name) {
  return installed.resolve(name);
}

