// Shows that `dx serve` puts an edit on an open page without reloading it: of a class, since texts are looked up in a language's table.
//
// It works on a copy of the tree, so that nobody's source is touched, and shares the target folder, so that little is
// compiled. `cargo xtask hot-reload` calls it. Its last line is `N passed, N failed`, as the suite's is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { launchBrowser } from './harness/browser.mjs';
import { freePort } from './harness/server.mjs';
import { project, target } from './harness/tools.mjs';

/** The first build may be from nothing, on two cores. An edit is there within a second, or it is no hot reload. */
const BUILD_MAX_MS = 25 * 60_000;
const EDIT_MAX_MS = 3_000;

/** `dx` counts a page as listening a moment after its socket opened, and an edit in that moment is lost: then one saves again. */
const EDITS_MAX = 4;

/** What `dx` prints when the page can be asked for, and how much of its output is kept for the report of a failure. */
const BUILT = 'Build completed';
const LOG_LINES_MAX = 60;

const copy = join(target, 'hot-reload');
const NOT_COPIED = new Set(['target', '.git', 'data', 'node_modules']);
const log = [];
let server;
let browser;
let passed = 0;
try {
  copyProject();
  const port = await freePort();
  await startServer(port);
  browser = await launchBrowser();
  console.log(`ok    ${await editIsSeen(port)}`);
  passed = 1;
} catch (error) {
  console.log(`FAIL  hot reload: ${error.message}\n${log.join('\n')}`);
} finally {
  await browser?.close();
  await stopServer();
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${passed} passed, ${1 - passed} failed`);
process.exitCode = 1 - passed;

function copyProject() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(project)) {
    if (!NOT_COPIED.has(name)) cpSync(join(project, name), join(copy, name), { recursive: true });
  }
}

/** Starts `dx serve` in a process group of its own, and resolves when it has built. */
async function startServer(port) {
  const options = ['serve', '--web', '--port', String(port), '--interactive', 'false', '--open', 'false'];
  const env = { ...process.env, CARGO_TARGET_DIR: target, NO_DOWNLOADS: '1', TIDEBOARD_DATA: join(copy, 'data') };
  server = spawn('dx', options, { cwd: copy, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the build took too long')), BUILD_MAX_MS);
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        keep(line);
        if (!line.includes(BUILT)) return;
        clearTimeout(timer);
        resolve();
      });
    }
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`dx ended with ${code}`)));
  });
}

function keep(line) {
  log.push(line);
  if (log.length > LOG_LINES_MAX) log.shift();
}

async function stopServer() {
  if (server?.pid === undefined || server.exitCode !== null) return;
  const ended = once(server, 'exit');
  process.kill(-server.pid, 'SIGTERM');
  await ended;
}

async function editIsSeen(port) {
  const page = await browser.newPage();
  page.on('console', (message) => keep(`console: ${message.text()}`));
  const listening = await updatesAreHeard(page);
  await page.goto(`http://localhost:${port}/`);
  await page.getByRole('main').waitFor({ timeout: BUILD_MAX_MS });
  await listening();
  // Gone if the page is loaded anew: then the edit would be seen too, and what was typed would be lost.
  await page.evaluate(() => { globalThis.sameDocument = true; });
  const { file, text } = writtenClass(await page.evaluate(shownClasses));
  let shown = text;
  for (let attempt = 1; attempt <= EDITS_MAX; attempt += 1) {
    const started = performance.now();
    const edited = `${text} edit-${attempt}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(literal(shown), literal(edited)));
    shown = edited;
    const seen = page.locator(`.edit-${attempt}`).first().waitFor({ state: 'attached', timeout: EDIT_MAX_MS });
    const isSeen = await seen.then(() => true, () => false);
    if (!(await page.evaluate(() => globalThis.sameDocument))) throw new Error('the page was loaded anew for an edit');
    if (isSeen) {
      const took = Math.round(performance.now() - started);
      return `an edit was on the open page after ${took} ms, without loading it anew`;
    }
  }
  throw new Error(`none of ${EDITS_MAX} edits of ${JSON.stringify(text)} in ${file} appeared on the page`);
}

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

/** The classes of the page's elements; runs in the page. */
function shownClasses() {
  return [...document.body.querySelectorAll('[class]')].map((element) => element.getAttribute('class'));
}

/** The first of the page's classes that stands in one place of the source, as it is. */
function writtenClass(classes) {
  const names = readdirSync(join(copy, 'src'), { recursive: true }).filter((name) => name.endsWith('.rs'));
  const files = names.map((name) => join(copy, 'src', name)).map((file) => ({ file, source: readFileSync(file, 'utf8') }));
  const count = (text) => files.reduce((sum, { source }) => sum + source.split(literal(text)).length - 1, 0);
  const text = classes.find((text) => count(text) === 1);
  if (text === undefined) throw new Error('no class of the page stands in the source as it is');
  return { file: files.find(({ source }) => source.includes(literal(text))).file, text };
}

/** How an element's class is written. */
function literal(text) {
  return `class: "${text}",`;
}
