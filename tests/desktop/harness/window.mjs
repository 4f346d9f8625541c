// The program with its window, as a process of its own, which can be killed; and the board in it, by the states that it exposes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../browser/harness/server.mjs';
import { Inspector } from './inspector.mjs';

/** How much of its output is kept for the report of a failure, in lines. */
const LOG_LINES_MAX = 40;

/** How the program of a phone's app ends, beside that of a desktop's window. */
export const ON_A_PHONE = '-phone';

/** The environment of a window as root, where there are no namespaces for a sandbox, and without a graphics card: that WebKit then draws without one, it finds out itself. */
export const WITHOUT_A_CARD = {
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  LIBGL_ALWAYS_SOFTWARE: '1',
  GTK_A11Y: 'none',
  NO_AT_BRIDGE: '1',
};

export class Window {
  #program;
  #screen;
  #process;
  #inspector;
  #port;
  #lines = [];
  /** The folder of its store: what it is started with again. */
  data = mkdtempSync(join(tmpdir(), 'tideboard-desktop-'));
  /** Beyond what it is always started with: the bus of a desktop, say. Without one it finds none, whoever runs this. */
  environment = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };

  constructor(program, screen) {
    this.#program = program;
    this.#screen = screen;
  }

  /** Whether it is the app of a phone. */
  get isAPhone() {
    return this.#program.endsWith(ON_A_PHONE);
  }

  /** Starts it, and resolves when its page is there. `options` are of its command line. */
  async start(...options) {
    const port = await freePort();
    this.#port = port;
    const child = spawn(this.#program, ['--data', this.data, ...options], {
      env: {
        ...this.#screen.env,
        ...WITHOUT_A_CARD,
        WEBKIT_INSPECTOR_HTTP_SERVER: `127.0.0.1:${port}`,
        // In whichever language whoever runs this reads.
        LC_ALL: 'C.UTF-8',
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', (line) => this.#keep(line));
    child.once('error', (error) => this.#keep(String(error)));
    this.#inspector = await Inspector.attach(port);
    await this.until(() => document.querySelector('main') !== null);
  }

  /** A person opens another window of the same program: what is in that from now on. */
  async another() {
    await this.focus();
    this.#screen.press('ctrl+n');
    const other = new Window(this.#program, this.#screen);
    rmSync(other.data, { recursive: true });
    other.#inspector = await Inspector.attach(this.#port, 1);
    return other;
  }

  /** The same program once more, as a process of its own on the same store; not started. */
  beside() {
    const other = new Window(this.#program, this.#screen);
    rmSync(other.data, { recursive: true });
    other.data = this.data;
    return other;
  }

  /** What it remembers. */
  kept() {
    return JSON.parse(readFileSync(join(this.data, 'window.json'), 'utf8'));
  }

  /** Its process, while it runs. */
  get pid() {
    return this.#process?.pid;
  }

  /** A crash: SIGKILL, nothing is finished. */
  async kill() {
    await this.#end(() => this.#process.kill('SIGKILL'));
  }

  /** Its device sleeps, or stops it: nothing of it runs. */
  freeze() {
    for (const pid of family(this.#process.pid)) process.kill(pid, 'SIGSTOP');
  }

  /** It goes on. */
  thaw() {
    for (const pid of family(this.#process.pid)) process.kill(pid, 'SIGCONT');
  }

  /** A person closes it by its keys; resolves with its exit code when it has ended. */
  async closeByKeys() {
    await this.focus();
    return this.#end(() => this.#screen.press('ctrl+w'));
  }

  /** A person closes it by the desktop, as its X does; resolves with its exit code when it has ended. */
  async closeByDesktop() {
    await this.focus();
    return this.#end(() => this.#screen.press('alt+F4'));
  }

  /** What a function comes to in the page. */
  evaluate(work, ...values) {
    return this.#inspector.evaluate(work, ...values);
  }

  /** Resolves when a function comes to something true in the page, with that. */
  until(work, ...values) {
    return this.#inspector.until(work, ...values);
  }

  /** Its window gets the keys from now on. */
  async focus() {
    await this.#screen.focus(this.#process.pid);
  }

  get title() {
    return this.#screen.titleOf(this.#id());
  }

  get size() {
    return this.#screen.sizeOf(this.#id());
  }

  resize(width, height) {
    this.#screen.resize(this.#id(), width, height);
  }

  /** Resolves when the indicator says so: `live`, `waiting`, … */
  async isIn(...states) {
    await this.until((states) => states.includes(document.querySelector('.indicator')?.dataset.state), states);
  }

  /** Resolves when the counter shows the number. */
  async counts(number) {
    await this.until((number) => document.querySelector('article output')?.textContent === String(number), number);
  }

  /** Adds one to the counter. */
  async increase() {
    await this.until(() => {
      const button = document.querySelector('button[aria-label="Add one"]');
      button?.click();
      return button !== null;
    });
  }

  /** A person works offline, or no longer. */
  async worksOffline(offline) {
    await this.until((offline) => {
      const button = document.querySelector('button[role="switch"][aria-checked]');
      if (button === null) document.querySelector('.indicator button').click();
      else if ((button.getAttribute('aria-checked') === 'true') === offline) return true;
      else button.click();
      return false;
    }, offline);
  }

  /** A person presses the button that says so, once it is there. */
  async press(words) {
    await this.until((words) => {
      const button = [...document.querySelectorAll('button:enabled')].find((one) => one.textContent.startsWith(words));
      button?.click();
      return button !== undefined;
    }, words);
  }

  /** A person wants another server, and is asked which. */
  async askForAnotherServer() {
    if (this.isAPhone) {
      await this.press('Another server');
    } else {
      await this.focus();
      this.#screen.press('ctrl+o');
    }
  }

  /** Where it asks for a server, a person names one. */
  async nameServer(address) {
    await this.enter('input[name="server"]');
    this.#screen.type(address);
    this.#screen.press('Return');
  }

  /** Resolves when so many edits are stored on this device and nowhere else: what its list says. */
  async keeps(count) {
    await this.until((count) => {
      const list = () => document.querySelectorAll('section[aria-label="Not on the server yet"] li[data-state="saved"]');
      if (list().length === 0) {
        const button = document.querySelector('.pending-badge button');
        if (button?.getAttribute('aria-expanded') !== 'true') button?.click();
      }
      // What was added to one number is one entry.
      const edits = [...list()].map((entry) => Number(/in (\d+) edits/.exec(entry.textContent)?.[1] ?? 1));
      return edits.reduce((sum, edits) => sum + edits, 0) >= count;
    }, count);
  }

  /** The keyboard is in a box that a selector names. */
  async enter(selector) {
    await this.until((selector) => {
      document.querySelector(selector)?.focus();
      return document.activeElement?.matches(selector);
    }, selector);
    await this.focus();
  }

  log() {
    return `window:\n${this.#lines.join('\n')}`;
  }

  async close() {
    if (this.#process !== undefined) await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** How many milliseconds pass until the indicator says `live` and the counter shows the number. */
  async msUntilLiveAt(number) {
    const started = performance.now();
    await this.isIn('live');
    await this.counts(number);
    return performance.now() - started;
  }

  #id() {
    return this.#screen.windowOf(this.#process.pid);
  }

  async #end(end) {
    const child = this.#process;
    const ended = once(child, 'exit');
    end();
    const [code] = await ended;
    this.#inspector?.close();
    this.#process = undefined;
    return code;
  }

  #keep(line) {
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES_MAX) this.#lines.shift();
  }
}

/** A process and all that it has started: WebKit draws in processes of its own. */
function family(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  return [pid, ...children.flatMap(family)];
}
