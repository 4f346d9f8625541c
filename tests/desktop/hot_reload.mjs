// Shows that `dx serve --desktop` puts an edit into the open window, whose connection, edits and open panels stay. What is typed and not sent does not,
// where the edit is of what is around it: those elements are made anew. `cargo xtask hot-reload` calls it. Its last line is `N passed, N failed`, as the suite's is.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EDIT_MAX_MS, Served, shownClasses } from '../browser/harness/dx.mjs';
import { Server, freePort } from '../browser/harness/server.mjs';
import { target } from '../browser/harness/tools.mjs';
import { Inspector, eventually } from './harness/inspector.mjs';
import { Screen } from './harness/screen.mjs';
import { WITHOUT_A_CARD } from './harness/window.mjs';

const { values: options } = parseArgs({
  options: { bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') } },
});

/** In the profile in which all is tested natively, and by itself: what `cargo xtask test` has compiled is not compiled again. */
const BUILD = ['--desktop', '--profile', 'server-dev', '--fullstack', 'false'];

const server = new Server(options.bundle);
const screen = await Screen.start();
const served = new Served('hot-reload-desktop');
let passed = 0;
try {
  await server.start();
  const port = await freePort();
  await served.start([...BUILD, '--port', String(await freePort())], {
    ...screen.env,
    ...WITHOUT_A_CARD,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
    WEBKIT_INSPECTOR_HTTP_SERVER: `127.0.0.1:${port}`,
    TIDEBOARD_OUTBOX: join(served.folder, 'data'),
    TIDEBOARD_SERVER: `http://127.0.0.1:${server.port}`,
  });
  const page = await Inspector.attach(port);
  await page.until(() => document.querySelector('.indicator')?.dataset.state === 'live');
  await page.evaluate(() => {
    globalThis.sameDocument = true;
    document.querySelector('button[aria-label="Add one"]').click();
    document.querySelector('.board-name').click();
  });
  await page.until(() => document.querySelector('.panel') !== null && document.querySelector('article output')?.textContent === '1');
  const took = await served.editIsSeen({
    shown: () => page.evaluate(shownClasses),
    isSeen: (edit) => eventually(() => page.evaluate((edit) => document.querySelector(`.${edit}`) !== null, edit), EDIT_MAX_MS),
    isTheSame: () => page.evaluate(() => globalThis.sameDocument && document.querySelector('.panel') !== null
      && document.querySelector('article output').textContent === '1' && document.querySelector('.indicator').dataset.state === 'live'),
  });
  console.log(`ok    an edit was in the open window after ${took} ms, its panel open and its edit there`);
  page.close();
  passed = 1;
} catch (error) {
  console.log(`FAIL  hot reload: ${error.stack}\n${served.log()}`);
} finally {
  await served.stop();
  await server.close();
  screen.close();
}
console.log(`${passed} passed, ${1 - passed} failed`);
process.exitCode = 1 - passed;
