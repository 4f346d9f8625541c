// A place for a tab: one is there, presses its own counter, a shared one and a level, dies, and another comes.
import { Board } from '../harness/board.mjs';
import { presses } from './pressing.mjs';

/** The counter that all tabs press: its widget and its title. */
export const SHARED = { widget: 'shared', title: 'All of us' };

/** The longest wait between two presses, in milliseconds. */
const GAP_MS = 30;

/** So long it is waited for the word that all is saved, in milliseconds. */
const SETTLED_MS_MAX = 10_000;

/** A page is known to be dead so soon after its process is, in milliseconds. */
const DEATH_MS_MAX = 20_000;

export class Tab {
  #profile;
  #books;
  #url;
  #number;
  /** What is said while more edits wait is not counted. */
  #waitingMax;
  #tab;
  /** While it is stopped. */
  #stopped;
  /** What the page of now has said is saved, of what was pressed in it. */
  #said = { own: 0, shared: 0 };
  /** What the counter of the page before stood at, where that was killed with all said to be saved. */
  #left;
  /** The one that presses, once it does. */
  #pressing;
  /** Ends when the page presses, or is dead. */
  ready;

  constructor(profile, books, url, number, waitingMax) {
    this.#waitingMax = waitingMax;
    this.#profile = profile;
    this.#books = books;
    this.#url = url;
    this.#number = number;
  }

  get counter() {
    return { widget: `counter-${this.#number}`, title: `Count ${this.#number}` };
  }

  get level() {
    return { widget: `level-${this.#number}`, title: `Level ${this.#number}` };
  }

  get page() {
    return this.#tab?.page;
  }

  get handle() {
    return this.#tab;
  }

  get isFrozen() {
    return this.#stopped !== undefined;
  }

  get isPressing() {
    return this.#pressing === this.#tab && this.#tab !== undefined;
  }

  /** Opens it; ends when there is a process that can be killed. */
  async open(goes = true) {
    this.#said = { own: 0, shared: 0 };
    const tab = await this.#profile.openTab(this.#url);
    this.#tab = tab;
    tab.crashed = new Promise((crashed) => tab.page.once('crash', crashed));
    this.ready = Promise.race([this.#begins(tab, goes), tab.crashed]).catch((error) => {
      if (!tab.isKilled) throw error;
    });
    // Who waits for it is told; nobody need wait.
    this.ready.catch(() => {});
  }

  /** Its page is there, with all that this device knows: what was said to be saved must be in it. */
  async #begins(tab, goes) {
    await tab.page.locator('.indicator:not([data-state="starting"])').waitFor();
    // The board as the server drew it lies beside the one of the program for a moment, and then goes.
    await tab.page.locator(`#board article[aria-label="${this.level.title}"] input[type="number"]`).waitFor();
    const titles = { own: this.counter.title, shared: SHARED.title, level: this.level.title, gapMs: GAP_MS, waitingMax: this.#waitingMax };
    const base = await tab.page.evaluate(presses, titles);
    this.#books.compares(this.counter.widget, base, 'in a tab that was opened again');
    if (this.#left !== undefined) {
      this.#books.stands(this.counter.widget, base, this.#left);
      this.#left = undefined;
    }
    this.#pressing = tab;
    if (goes) await this.goes();
  }

  async goes() {
    await this.#tab.page.evaluate(() => void globalThis.pressing.go());
  }

  /** Whether it is the tab that sends for all. */
  async isLeader() {
    if (!this.isPressing || this.isFrozen) return false;
    return this.#tab.page
      .evaluate(async () => {
        const mark = crypto.randomUUID();
        const { held } = await navigator.locks.request(mark, () => navigator.locks.query());
        const me = held.find(({ name }) => name === mark).clientId;
        return held.some(({ name, clientId }) => name.startsWith('tideboard-send-') && clientId === me);
      })
      .catch(() => false);
  }

  grants({ shared }) {
    this.#books.presses(this.counter.widget);
    if (shared > 0) this.#books.presses(SHARED.widget, shared);
    return true;
  }

  says({ own, shared }) {
    this.#books.saves(this.counter.widget, own - this.#said.own);
    this.#books.saves(SHARED.widget, shared - this.#said.shared);
    this.#said = { own, shared };
  }

  /** Presses no more, and is killed as soon as it is heard that all is said to be saved; where that is not said in time, it dies as it is. */
  async killSettled() {
    const settled = this.#tab.page.evaluate(() => globalThis.pressing.settles());
    this.#left = await within(SETTLED_MS_MAX, settled, 'not all is said to be saved').catch(() => undefined);
    if (this.#left !== undefined) this.#books.settled += 1;
    await this.kill();
  }

  /** Kills its process; nothing in it hears of that. */
  async kill() {
    const tab = this.#tab;
    tab.isKilled = true;
    this.#forgetsToThaw();
    process.kill(tab.process, 'SIGKILL');
    await within(DEATH_MS_MAX, tab.crashed, 'what was killed was no tab');
    await tab.page.close();
  }

  /** Stops its process in mid-step, whatever it holds, for so long in milliseconds: nothing in it hears of that. */
  freeze(ms) {
    process.kill(this.#tab.process, 'SIGSTOP');
    this.#books.frozen += 1;
    this.#stopped = setTimeout(() => this.thaw(), ms);
  }

  thaw() {
    this.#forgetsToThaw();
    process.kill(this.#tab.process, 'SIGCONT');
  }

  #forgetsToThaw() {
    clearTimeout(this.#stopped);
    this.#stopped = undefined;
  }

  /** Presses no more; ends when everything that was pressed has its answer. */
  async settles() {
    const board = new Board(this.#tab.page);
    await this.#tab.page.evaluate(() => {
      globalThis.pressing.isStopped = true;
      return globalThis.pressing.going;
    });
    await board.isIn('live');
    await board.isSettled();
  }

  /** How long each of so many presses took to be saved, in milliseconds, with nothing else on the way. */
  async times(count) {
    return this.#tab.page.evaluate((count) => globalThis.pressing.timed(count), count);
  }
}

function within(limitMs, event, otherwise) {
  let timer;
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), limitMs);
  });
  return Promise.race([event, expired]).finally(() => clearTimeout(timer));
}
