// A browser profile on the disk whose tabs are processes of their own, so that one can be killed as a system kills it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXECUTABLE, FLAGS } from '../harness/browser.mjs';
import { tool } from '../harness/tools.mjs';

const { chromium } = tool('playwright-core');

/** One process for each tab, and none in reserve that would be taken for one. */
const APART = ['--process-per-tab', '--disable-features=SpareRendererForSitePerProcess'];

/** How long any state is waited for, in milliseconds. */
const PATIENCE_MS = 60_000;

/** How often a tab is opened until it is known which process it is. */
const TRIES = 5;

export class Profile {
  #folder = mkdtempSync(join(tmpdir(), 'tideboard-profile-'));
  #context;
  #system;
  /** One tab is opened at a time: its process is the new one. */
  #opening = Promise.resolve();

  /** Opens it; `bindings` are what its pages may call, by name: each is called with the page and what it was given. */
  static async open(bindings) {
    const profile = new Profile();
    const options = { executablePath: EXECUTABLE, args: [...FLAGS, ...APART] };
    profile.#context = await chromium.launchPersistentContext(profile.#folder, options);
    profile.#context.setDefaultTimeout(PATIENCE_MS);
    profile.#system = await profile.#context.browser().newBrowserCDPSession();
    for (const [name, call] of Object.entries(bindings)) {
      await profile.#context.exposeBinding(name, ({ page }, given) => call(page, given));
    }
    return profile;
  }

  /** Lets the pages of an address have kept for good what they store: what browsers grant those that are installed, or much used. */
  async keepsForGood(url) {
    await this.#system.send('Browser.grantPermissions', { origin: new URL(url).origin, permissions: ['durableStorage'] });
  }

  /** Opens an address in a tab; gives its page, its process and a session of its debugger. */
  openTab(url) {
    const opened = this.#opening.then(() => this.#openTab(url));
    this.#opening = opened.catch(() => {});
    return opened;
  }

  async #openTab(url) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = new Set(await this.#renderers());
      const page = await this.#context.newPage();
      // A blank page has a process of its own, which ends when it is left.
      for (const blank of await this.#renderers()) before.add(blank);
      const session = await this.#context.newCDPSession(page);
      await page.goto(url, { waitUntil: 'commit' });
      const fresh = (await this.#renderers()).filter((id) => !before.has(id));
      // Were there two, one is the worker's.
      if (fresh.length === 1) return { page, session, process: fresh[0] };
      await page.close();
    }
    throw new Error('it is not known which process a tab is');
  }

  /** Forgets what pages of an address have stored. */
  async empties({ session }, url) {
    await session.send('Storage.clearDataForOrigin', { origin: new URL(url).origin, storageTypes: 'indexeddb' });
  }

  /** Forgets, of what waits in the storage of a tab's address, the last addition to a widget; gives of how many. */
  loses({ page }, widget) {
    return page.evaluate(async (widget) => {
      const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const database = await done(indexedDB.open('tideboard'));
      const records = database.transaction('records', 'readwrite').objectStore('records');
      const [keys, texts] = await Promise.all([done(records.getAllKeys()), done(records.getAll())]);
      const waiting = keys.filter(([, key], at) => {
        if (!key.startsWith('outbox/')) return false;
        const { operation } = JSON.parse(texts[at]);
        return operation.widget === widget && operation.intent.add !== undefined;
      });
      await done(records.delete(waiting[waiting.length - 1]));
      database.close();
      return waiting.length;
    }, widget);
  }

  async close() {
    await this.#context.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #renderers() {
    const { processInfo } = await this.#system.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  }
}
