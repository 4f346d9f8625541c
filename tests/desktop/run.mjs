// The window's suite: each spec is one behaviour, played by keyboard and by what is in the page, with the program and a released server.
//
//   node tests/desktop/run.mjs [--repeat N] [--only WORD] [--program FILE] [--bundle FOLDER]
//   node tests/desktop/run.mjs --measure
//
// `cargo xtask test --only desktop` builds the program and calls it. Its last line is `N passed, N failed`. `--measure` plays none,
// and prints what a window costs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Server } from '../browser/harness/server.mjs';
import { playAll } from '../browser/harness/suite.mjs';
import { project, target } from '../browser/harness/tools.mjs';
import { measure } from './measure.mjs';
import { Screen } from './harness/screen.mjs';
import { ON_A_PHONE, Window } from './harness/window.mjs';

const { values: options } = parseArgs({
  options: {
    repeat: { type: 'string', default: '1' },
    measure: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    program: { type: 'string', default: process.env.TIDEBOARD_DESKTOP ?? join(target, 'desktop/dev/tideboard') },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

/** Said of what is played with the app of a phone. */
const OF_A_PHONE = ' (on a phone)';

if (!existsSync(options.program)) throw new Error(`no program at ${options.program}: \`cargo xtask test --only desktop\` builds it`);

const screen = await Screen.start();
if (options.measure) {
  const server = new Server(options.bundle);
  const window = new Window(options.program, screen);
  try {
    await measure({ screen, server, window });
  } finally {
    await window.close();
    await server.close();
    screen.close();
  }
  process.exit();
}
const exitCode = await playAll({
  folder: join(project, 'tests/desktop/specs'),
  only: options.only,
  repeat: Number(options.repeat),
  ways: ({ isOfAPhone = false, isOfAPhoneToo = false }) => (isOfAPhone ? [OF_A_PHONE] : isOfAPhoneToo ? ['', OF_A_PHONE] : ['']),
  open: ({ serverOptions = [] }, way) => {
    const server = new Server(options.bundle, serverOptions);
    const window = new Window(way === OF_A_PHONE ? options.program + ON_A_PHONE : options.program, screen);
    return {
      stage: { screen, server, window, bundle: options.bundle, program: options.program },
      describe: () => `${window.log()}\n${server.log()}`,
      close: async () => {
        await window.close();
        await server.close();
      },
    };
  },
});
screen.close();
process.exit(exitCode);
