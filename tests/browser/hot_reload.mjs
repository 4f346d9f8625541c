// Shows that `dx serve` puts an edit on an open page without reloading it: of a class, since texts are looked up in a language's table.
// `cargo xtask hot-reload` calls it. Its last line is `N passed, N failed`, as the suite's is.
import { join } from 'node:path';
import { launchBrowser } from './harness/browser.mjs';
import { BUILD_MAX_MS, EDIT_MAX_MS, Served, shownClasses } from './harness/dx.mjs';
import { freePort } from './harness/server.mjs';

const served = new Served('hot-reload');
let browser;
let passed = 0;
try {
  const port = await freePort();
  await served.start(['--web', '--port', String(port)], { TIDEBOARD_DATA: join(served.folder, 'data') });
  browser = await launchBrowser();
  const page = await browser.newPage();
  page.on('console', (message) => served.keep(`console: ${message.text()}`));
  const listening = await updatesAreHeard(page);
  await page.goto(`http://localhost:${port}/`);
  await page.getByRole('main').waitFor({ timeout: BUILD_MAX_MS });
  await listening();
  // Gone if the page is loaded anew: then the edit would be seen too, and what was typed would be lost.
  await page.evaluate(() => { globalThis.sameDocument = true; });
  const took = await served.editIsSeen({
    shown: () => page.evaluate(shownClasses),
    isSeen: (edit) => page.locator(`.${edit}`).first().waitFor({ state: 'attached', timeout: EDIT_MAX_MS }),
    isTheSame: () => page.evaluate(() => globalThis.sameDocument),
  });
  console.log(`ok    an edit was on the open page after ${took} ms, without loading it anew`);
  passed = 1;
} catch (error) {
  console.log(`FAIL  hot reload: ${error.message}\n${served.log()}`);
} finally {
  await browser?.close();
  await served.stop();
}
console.log(`${passed} passed, ${1 - passed} failed`);
process.exitCode = 1 - passed;

/** Watches for the page's socket to `dx`; what it returns resolves when that is open: an edit before is told to nobody. */
async function updatesAreHeard(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let socket;
  const opened = new Promise((resolve) => {
    session.on('Network.webSocketCreated', ({ requestId, url }) => {
      if (url.includes('/_dioxus')) socket = requestId;
    });
    session.on('Network.webSocketHandshakeResponseReceived', ({ requestId }) => {
      if (requestId === socket) resolve();
    });
  });
  return () => opened;
}
