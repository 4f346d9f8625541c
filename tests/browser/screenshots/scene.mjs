// What a picture is taken of: somebody's page, brought into a state by real people, a real server and real faults.
import { Stage } from '../harness/stage.mjs';

/** The devices that pages are looked at on, each with the sizes that it can have. */
export const DEVICES = [
  {
    name: 'phone',
    context: { hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    sizes: [{ name: '360', width: 360, height: 780 }],
  },
  {
    name: 'desk',
    context: {},
    sizes: [{ name: '820', width: 820, height: 1180 }, { name: '1600', width: 1600, height: 1000 }],
  },
  { name: 'wall', context: {}, sizes: [{ name: 'wall', width: 1920, height: 1080 }] },
];

export const SCHEMES = ['light', 'dark'];

/** Tokens of a server that asks for them. */
export const EDIT = 'edit-0123456789abcdef';
export const VIEW = 'view-0123456789abcdef';

export class Scene {
  stage;
  #device;
  #size;

  /** `stage`: another one than a new one, which is not closed with this. */
  constructor(browser, bundle, device, size, stage = undefined) {
    this.stage = stage ?? new Stage(browser, bundle);
    this.isShared = stage !== undefined;
    this.#device = device;
    this.#size = size;
  }

  get isPhone() {
    return this.#device.name === 'phone';
  }

  /** The person whose screen is looked at. `options` are further ones of Playwright's for a context. */
  me(options = {}) {
    const { width, height } = this.#size;
    return this.stage.person('Ada', { viewport: { width, height }, ...this.#device.context, ...options });
  }

  /** Somebody else at the same board. */
  other() {
    return this.stage.person('Ben');
  }

  /** Somebody's live board. */
  async live(person, path = '') {
    const board = await person.open(path);
    await board.isIn('live');
    return board;
  }

  /** What is looked at: the page itself, or on a wall the same board in one more tab of the same browser. */
  async shows(person, board) {
    if (this.#device.name !== 'wall') return board;
    const wall = await person.open(`${new URL(board.page.url()).pathname.slice(1)}?wall`);
    await wall.page.locator('main article, main .empty').first().waitFor();
    return wall;
  }

  /** How a page is opened that is in its state from the first moment on. */
  get path() {
    return this.#device.name === 'wall' ? '?wall' : '';
  }

  async close() {
    if (!this.isShared) await this.stage.close();
  }
}
