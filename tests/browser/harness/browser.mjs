// The one browser of a run. People share it as they never share a context: no cookie, storage or socket is common.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from './tools.mjs';

const { chromium } = tool('playwright-core');

/** Flags that keep a browser in a container still: no sandbox for root, nothing fetched behind the test's back. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A name of this machine that a browser started here finds on any machine, with a network or without. It is not `localhost`:
 * a page from there is one from elsewhere.
 */
export const NEIGHBOUR = `${hostname().toLowerCase().split('.')[0]}.local`;

/** Chromium; `CHROMIUM` names another than the system's. */
export const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Starts Chromium. `home` is the folder where it looks for its user's settings. */
export function launchBrowser({ home = process.env.HOME } = {}) {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [...FLAGS, `--host-resolver-rules=MAP ${NEIGHBOUR} 127.0.0.1`],
    env: { ...process.env, HOME: home },
  });
}

/**
 * Starts a browser whose user trusts an authority, given in DER: it is imported as people import it, and no check is
 * switched off. `close` ends it and forgets the user.
 */
export async function launchTrusting(authority) {
  const home = mkdtempSync(join(tmpdir(), 'tideboard-trusting-'));
  const store = join(home, '.pki/nssdb');
  mkdirSync(store, { recursive: true });
  const file = join(home, 'authority.crt');
  writeFileSync(file, authority);
  execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password']);
  execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'tideboard', '-i', file]);
  const browser = await launchBrowser({ home });
  const close = async () => {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  };
  return { browser, close };
}
