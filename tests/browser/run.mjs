// The browser suite: each spec is one behaviour, played by people in real browsers against the released server.
//
//   node tests/browser/run.mjs [--repeat N] [--only WORD] [--bundle FOLDER]
//
// `cargo xtask test --only browser` installs what it needs and calls it. Its last line is `N passed, N failed`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './harness/browser.mjs';
import { Stage } from './harness/stage.mjs';
import { playAll } from './harness/suite.mjs';
import { project } from './harness/tools.mjs';

const { values: options } = parseArgs({
  options: {
    repeat: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(project, 'target/dx/tideboard/release/web') },
  },
});

const browser = await launchBrowser();
const exitCode = await playAll({
  folder: join(project, 'tests/browser/specs'),
  only: options.only,
  repeat: Number(options.repeat),
  open: () => {
    const stage = new Stage(browser, options.bundle);
    return {
      stage,
      check: () => stage.assertNoComplaint(),
      describe: () => stage.describe(),
      close: () => stage.close(),
    };
  },
});
await browser.close();
process.exit(exitCode);
