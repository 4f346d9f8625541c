// Prints Lighthouse's scores of the board, the median of several runs, as a desktop and as a phone, whose slow link and processor it
// reckons from a fast run, and once more slowed down while the page loads; then how each file of the page is sent.
//
//   node tests/browser/lighthouse.mjs [--runs N] [--out FOLDER] [--bundle FOLDER]
//
// A report and no test: what it prints depends on the machine, and means something only while nothing else runs there.
// `cargo xtask lighthouse` installs what it needs and calls it. The report of each median run is left in the folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { EXECUTABLE, FLAGS } from './harness/browser.mjs';
import { Server } from './harness/server.mjs';
import { target } from './harness/tools.mjs';

/** So often is a run tried that Lighthouse itself fails in. */
const TRIES = 3;
/** A tenth of a second each. */
const MEASURED_TRIES = 100;
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
/** What the page is to reach: scores of 100, and the layout's shift. */
const GOALS = {
  desktop: { performance: 95, accessibility: 95, 'best-practices': 95, seo: 95 },
  mobile: { performance: 90 },
  shift: 0.02,
};
/** An audit below this is told of. */
const SHOWN_BELOW = 0.9;
/** Built files whose names change with what is in them. */
const IMMUTABLE = /immutable/;
/** Those that keep their names are asked for again. */
const ASKED_FOR = /no-cache/;
/** What fits a packet, in bytes, is not worth it. */
const COMPRESSED_FROM = 1_000;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    out: { type: 'string', default: join(target, 'lighthouse-reports') },
    bundle: { type: 'string', default: process.env.TIDEBOARD_BUNDLE ?? join(target, 'dx/tideboard/release/web') },
  },
});

const { default: lighthouse, desktopConfig, generateReport } = await load('lighthouse');
const { launch } = await load('chrome-launcher');
const DEVICES = [
  ['desktop', {}, desktopConfig],
  ['mobile', {}],
  ['mobile-slowed', { throttlingMethod: 'devtools' }],
];
mkdirSync(options.out, { recursive: true });
const server = new Server(options.bundle);
let isMet = true;
try {
  await server.start();
  const url = `http://localhost:${server.port}/`;
  await measures(url);
  for (const [device, flags, config] of DEVICES) {
    const runs = [];
    for (let run = 0; run < Number(options.runs); run += 1) runs.push(await look(url, flags, config));
    tell(device, runs);
  }
  await tellFiles(url);
} finally {
  await server.close();
}
console.log(isMet ? 'every goal is met' : 'goals are missed: see above');

/** A server that has just started has measured nothing yet; most boards are opened later than that. */
async function measures(url) {
  for (let tries = 0; tries < MEASURED_TRIES; tries += 1) {
    if ((await (await fetch(url)).text()).includes('class="sparkline"')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server draws nothing that it has measured');
}

/** One run. Lighthouse misses the beginning of a page at times: that is no run, and said. */
async function look(url, flags, config) {
  for (let tries = 1; ; tries += 1) {
    const report = await lookOnce(url, flags, config);
    if (report.runtimeError === undefined) return report;
    if (tries === TRIES) throw new Error(`Lighthouse: ${report.runtimeError.message}`);
    console.log(`once more, since Lighthouse failed: ${report.runtimeError.code}`);
  }
}

/** In a browser of its own: nothing is cached, and nothing else is open. */
async function lookOnce(url, flags, config) {
  const browser = await launch({ chromePath: EXECUTABLE, chromeFlags: ['--headless=new', ...FLAGS], logLevel: 'silent' });
  try {
    const result = await lighthouse(url, { port: browser.port, output: 'json', logLevel: 'error', onlyCategories: CATEGORIES, ...flags }, config);
    return result.lhr;
  } finally {
    browser.kill();
  }
}

function tell(device, runs) {
  const score = (run, category) => Math.round(run.categories[category].score * 100);
  runs.sort((one, other) => score(one, 'performance') - score(other, 'performance'));
  const middle = runs[Math.floor(runs.length / 2)];
  const file = join(options.out, `${device}.html`);
  writeFileSync(file, generateReport(middle, 'html'));
  console.log(`\n${device}, median of ${runs.length} runs (${file}):`);
  for (const category of CATEGORIES) {
    const found = median(runs.map((run) => score(run, category)));
    const goal = GOALS[device]?.[category];
    console.log(`  ${category.padEnd(16)} ${String(found).padStart(3)}${goalText(goal, found >= goal)}`);
  }
  const value = (audit) => median(runs.map((run) => run.audits[audit].numericValue));
  const shift = value('cumulative-layout-shift');
  console.log(`  ${'layout shift'.padEnd(16)} ${shift.toFixed(3)}${goalText(`under ${GOALS.shift}`, shift < GOALS.shift)}`);
  const times = { 'first paint': 'first-contentful-paint', 'largest paint': 'largest-contentful-paint', blocking: 'total-blocking-time', 'speed index': 'speed-index' };
  console.log(`  ${Object.entries(times).map(([name, audit]) => `${name} ${value(audit).toFixed(0)} ms`).join(', ')}`);
  for (const category of CATEGORIES) tellAudits(middle, category);
}

/** What costs points in the median run. */
function tellAudits(run, category) {
  for (const { id, weight } of run.categories[category].auditRefs) {
    const { score, title, displayValue = '' } = run.audits[id];
    if (weight > 0 && score !== null && score < SHOWN_BELOW) {
      console.log(`  ${category}: ${title} ${displayValue} (${Math.round(score * 100)} of 100, weight ${weight})`);
    }
  }
}

function goalText(goal, isReached) {
  if (goal === undefined) return '';
  isMet &&= isReached;
  return ` (goal: ${goal})${isReached ? '' : '  MISSED'}`;
}

/** How the page, and each file that it names, comes to a browser that reads Brotli. */
async function tellFiles(url) {
  console.log('\nfiles, as they are sent:');
  const page = await fetchAs(url);
  const text = await (await fetch(url)).text();
  const names = [...text.matchAll(/(?:href|src)="(\/[^"#]*\.(?:css|js|wasm|woff2|svg|ico|webmanifest))"/g)].map(([, path]) => path);
  // The program's script names the program itself.
  const scripts = await Promise.all(names.filter((path) => path.endsWith('.js')).map(async (path) => (await fetch(new URL(path, url))).text()));
  names.push(...scripts.flatMap((script) => [...script.matchAll(/["'](\/[^"']*\.wasm)["']/g)].map(([, path]) => path)));
  tellFile('the page', page, (encoding) => encoding === 'br');
  for (const path of new Set(names.map((name) => new URL(name, url).pathname))) {
    const sent = await fetchAs(new URL(path, url));
    const isTypeface = path.endsWith('.woff2');
    const isCached = path.startsWith('/assets/') ? IMMUTABLE : ASKED_FOR;
    const isCompressed = (encoding) => (encoding === 'br' ? !isTypeface : isTypeface || sent.bytes < COMPRESSED_FROM);
    tellFile(path, sent, (encoding, cached) => isCompressed(encoding) && isCached.test(cached));
  }
}

function tellFile(name, { encoding, cached, bytes }, isGood) {
  const good = isGood(encoding, cached);
  isMet &&= good;
  console.log(`  ${String(bytes).padStart(7)} bytes  ${encoding.padEnd(8)} ${cached || 'no cache-control'}  ${name}${good ? '' : '  MISSED'}`);
}

/** Asks as a browser does, and takes the answer as it comes, compressed. */
async function fetchAs(url) {
  const answer = await new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip, deflate, br', accept: 'text/html,*/*' } }, resolve).on('error', reject);
  });
  let bytes = 0;
  for await (const part of answer) bytes += part.length;
  const { 'content-encoding': encoding = 'as it is', 'cache-control': cached = '' } = answer.headers;
  return { encoding, cached, bytes };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Loads a package from target/lighthouse. */
function load(name) {
  const installed = createRequire(join(target, 'lighthouse/package.json'));
  try {
    return import(pathToFileURL(installed.resolve(name)).href);
  } catch (cause) {
    throw new Error(`${name} is not installed: run \`cargo xtask lighthouse\``, { cause });
  }
}
