// A screen that nobody sees, with a keyboard: Xvfb, a window manager, and xdotool.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './inspector.mjs';

/** Wide enough for the first board's four columns. */
const SIZE = '1400x950x24';

export class Screen {
  #processes = [];
  #name;

  static async start() {
    const screen = new Screen();
    // The number of the first one that is free is told by it.
    const served = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', SIZE, '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
    screen.#processes.push(served);
    const [number] = await once(served.stdout, 'data');
    screen.#name = `:${String(number).trim()}`;
    screen.#processes.push(spawn('openbox', [], { env: screen.env, stdio: 'ignore' }));
    return screen;
  }

  /** The environment of what is to be seen there. */
  get env() {
    return { ...process.env, DISPLAY: this.#name };
  }

  /** Resolves when a process has a window there that can be typed into; it has the focus then. */
  async focus(pid) {
    const window = await eventually(() => this.windowOf(pid));
    await eventually(() => {
      this.#ask('windowactivate', '--sync', window);
      return this.#ask('getactivewindow') === window;
    });
  }

  /** The window of a process, once it is shown. */
  windowOf(pid) {
    const windows = this.#ask('search', '--onlyvisible', '--pid', String(pid), '--name', 'Tideboard');
    return windows.split('\n').at(-1);
  }

  /** What stands above a window. */
  titleOf(window) {
    return this.#ask('getwindowname', window);
  }

  /** How wide and how high a window is inside. */
  sizeOf(window) {
    const [, width, height] = /Geometry: (\d+)x(\d+)/.exec(this.#ask('getwindowgeometry', window));
    return [Number(width), Number(height)];
  }

  /** Gives a window another size. */
  resize(window, width, height) {
    this.#ask('windowsize', '--sync', window, String(width), String(height));
  }

  /** The window that has the focus. */
  active() {
    return this.#ask('getactivewindow');
  }

  /** Nobody sees the window any more. */
  minimise(window) {
    this.#ask('windowminimize', window);
  }

  /** A person turns to the window. */
  show(window) {
    this.#ask('windowactivate', '--sync', window);
  }

  /** Types on the keyboard, with so long between two letters. */
  type(text, { delayMs = 20 } = {}) {
    this.#ask('type', '--delay', String(delayMs), text);
  }

  /** Presses keys together, as `ctrl+z`. */
  press(keys) {
    this.#ask('key', '--clearmodifiers', keys);
  }

  close() {
    for (const child of this.#processes.reverse()) child.kill();
  }

  #ask(...what) {
    return execFileSync('xdotool', what, { env: this.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  }
}
