// Somebody at the board: a browser profile, its tabs, and what they complained of.
import { readFileSync } from 'node:fs';
import { Board } from './board.mjs';
import { toolFile } from './tools.mjs';

/** What Chromium itself logs when a server can't be reached. It can't be kept from it, and the page handles the fault. */
const UNREACHABLE = /net::ERR_|WebSocket connection to|Failed to load resource/;

/** A debug build looks for `dx serve`, and complains when it was started without. */
const DEVELOPMENT = /\/_dioxus\?build_id/;

export class Person {
  #context;
  #complaints = [];
  #expected = [];
  network;
  name;

  constructor(name, context, network) {
    this.name = name;
    this.network = network;
    this.#context = context;
    context.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(message.text());
    });
    context.on('weberror', (error) => this.#complaints.push(String(error.error().stack ?? error.error())));
  }

  /** Opens a board in a new tab: the first one, or that of `path`. */
  async open(path = '') {
    const page = await this.#context.newPage();
    await page.goto(this.network.url + path, { waitUntil: 'domcontentloaded' });
    return new Board(page);
  }

  /** Runs in every page of this person before its own program. */
  async begins(script) {
    await this.#context.addInitScript(script);
  }

  /** Speaks with a server of another version: each frame is changed on its way, as `version` has it when it passes. */
  async translates(version) {
    await this.#context.routeWebSocket(/\/api\/v1\/socket/, (page) => {
      const server = page.connectToServer();
      page.onMessage((text) => server.send(version.toServer(text)));
      server.onMessage((text) => page.send(version.toPage(text)));
    });
  }

  /** Keeps what `pattern` names from coming until the function is called that this gives. */
  async holds(pattern) {
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    await this.#context.route(pattern, async (route) => {
      await released;
      await route.continue();
    });
    return release;
  }

  /** The browser's own switch: no request leaves it, and it says so to the page. */
  async goOffline() {
    await this.#context.setOffline(true);
    this.network.cut();
  }

  async goOnline() {
    this.network.heal();
    await this.#context.setOffline(false);
  }

  /** Says that the browser itself will log what `pattern` matches, because the spec provokes it. */
  expects(pattern) {
    this.#expected.push(pattern);
  }

  complaints() {
    const expected = this.network.wasCut ? [...this.#expected, DEVELOPMENT, UNREACHABLE] : [...this.#expected, DEVELOPMENT];
    return this.#complaints.filter((text) => !expected.some((pattern) => pattern.test(text)));
  }

  /** As `open`, at a server that asks for a token first. */
  async signIn(token, path = '') {
    // Chromium logs every 401.
    this.expects(/status of 401/);
    const board = await this.open(path);
    await board.page.getByLabel('Token').fill(token);
    await board.page.getByRole('button', { name: 'Open the board' }).click();
    return board;
  }

  /** What axe finds against WCAG 2.2 AA on a page: one line for each violation. */
  async violations({ page }) {
    await page.evaluate(readFileSync(toolFile('axe-core/axe.min.js'), 'utf8'));
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: 'tag', values } }), tags);
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  }

  async describe() {
    const views = this.#context.pages().map(async (page) => {
      const text = await page.locator('body').ariaSnapshot({ timeout: 1_000 }).catch((error) => String(error));
      return `${this.name} at ${page.url()}:\n${text}`;
    });
    return [...(await Promise.all(views)), ...this.#complaints.map((text) => `${this.name}'s console: ${text}`)].join('\n');
  }

  async leave() {
    await this.#context.close();
    this.network.close();
  }
}
