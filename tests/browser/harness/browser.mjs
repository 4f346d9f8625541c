// The one browser of a run. People share it as they never share a context: no cookie, storage or socket is common.
import { tool } from './tools.mjs';

const { chromium } = tool('playwright-core');

/** Flags that keep a browser in a container still: no sandbox for root, nothing fetched behind the test's back. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium; `CHROMIUM` names another than the system's. */
export function launchBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}
