// What a spec has to play with: a server with an empty database, and people, each behind a network of their own.
import { Network } from './network.mjs';
import { Person } from './person.mjs';
import { PREVIOUS } from './release.mjs';
import { Server } from './server.mjs';

/** How long any state is waited for, in milliseconds; a failing spec takes this long, a passing one never does. */
export const PATIENCE_MS = 30_000;

export class Stage {
  #browser;
  #server;
  #started;
  #people = [];
  #things = [];

  /** `bundle` is the folder of this release. */
  constructor(browser, bundle) {
    this.#browser = browser;
    this.bundle = bundle;
  }

  /** The folder of the release before this one, which `cargo xtask test --only previous` builds. */
  get previous() {
    return PREVIOUS;
  }

  /** The server, started when first asked for; then with `options`, further ones of its command line. */
  async server(...options) {
    return this.#serverOf(this.bundle, options);
  }

  /** The same, which begins as that of the release before this one. */
  async previousServer() {
    return this.#serverOf(this.previous, []);
  }

  async #serverOf(bundle, options) {
    if (this.#server === undefined) {
      this.#server = new Server(bundle, options);
      this.#started = this.#server.start();
    }
    // Several people may come at once, and all wait for the one start.
    await this.#started;
    return this.#server;
  }

  /**
   * Somebody with a browser profile of their own. `options` are Playwright's for a context; `port` leads to the server by
   * way of something else, or to another one.
   */
  async person(name, options = {}, port = undefined) {
    const network = await Network.to(port ?? (await this.server()).port);
    const context = await this.#browser.newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(name, context, network);
    this.#people.push(person);
    return person;
  }

  /** Two people at the first board, `hers` and `his`; then Ada's network is cut, and her page knows it. */
  async oneCutOff() {
    const [ada, ben] = await Promise.all([this.person('Ada'), this.person('Ben')]);
    const [hers, his] = await Promise.all([ada.open(), ben.open()]);
    await Promise.all([hers.isIn('live'), his.isIn('live')]);
    ada.network.cut();
    await hers.isIn('waiting', 'offline');
    return { ada, hers, his };
  }

  /** Another server, with a database of its own. */
  anotherServer(...options) {
    return this.closes(new Server(this.bundle, options));
  }

  /** Ends with the stage, and tells of itself when the spec fails. */
  closes(thing) {
    this.#things.push(thing);
    return thing;
  }

  /** Fails if any page logged an error or threw, save for what a cut network makes the browser itself log. */
  assertNoComplaint() {
    const complaints = this.#people.flatMap((person) => person.complaints().map((text) => `${person.name}: ${text}`));
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
  }

  /** What everybody sees, for the report of a failure. */
  async describe() {
    const views = await Promise.all(this.#people.map((person) => person.describe()));
    const logs = [this.#server, ...this.#things].map((thing) => thing?.log?.() ?? '');
    return [...views, ...logs].join('\n');
  }

  async close() {
    await Promise.all(this.#people.map((person) => person.leave()));
    await Promise.all(this.#things.map((thing) => thing.close()));
    await this.#server?.close();
  }
}
