// What a bad network does to sockets, as dice have it: it is slow and uneven, breaks off within a frame, and says things twice.
import { randomBytes } from 'node:crypto';
import { Dice } from '../torture/dice.mjs';
import { Messages, TEXT, maskedFrame } from './frames.mjs';

/** The longest that a message is held up, in milliseconds. */
const DELAY_MS_MAX = 40;
/** How many of the messages arrive twice. */
const TWICE_PERCENT = 20;
/** A socket breaks, on one way, after so many bytes: mostly greeted, and before it has said much more. */
const CUT_BYTES = { up: { min: 400, max: 6_000 }, down: { min: 1_000, max: 40_000 } };

/** Every socket that it carries breaks, until it ends. `cuts` and `twice` count what was done, by the way it was done to. */
export class Faults {
  cuts = { up: 0, down: 0 };
  twice = { up: 0, down: 0 };
  #dice;
  #forgets;
  #isOver = false;

  /**
   * Of a seed. `forgets` plays, and does nothing else, a server that does not know an operation when it comes again: what
   * arrives twice does so as another one.
   */
  constructor(seed, { forgets = false } = {}) {
    this.#dice = new Dice(seed);
    this.#forgets = forgets;
  }

  /** Carries what two sockets say, `page` and `server`, to each other. */
  carry(page, server) {
    const breaks = this.#dice.oneOf(['up', 'down']);
    const { min, max } = CUT_BYTES[breaks];
    const socket = { breaks, left: min + this.#dice.below(max - min), ends: [page, server] };
    for (const [way, from, to] of [['up', page, server], ['down', server, page]]) {
      // One that breaks is no news here.
      this.#bring(way, from, to, socket, new Dice(this.#dice.id())).catch(() => {});
    }
  }

  /** Nothing more happens. */
  end() {
    this.#isOver = true;
  }

  /** Whether each kind of fault has happened so often on each way. */
  hadAll(times) {
    return [this.cuts, this.twice].every(({ up, down }) => Math.min(up, down) >= times);
  }

  async #bring(way, from, to, socket, dice) {
    const messages = new Messages(way === 'down');
    for await (const data of from) {
      for (const { bytes, text } of messages.take(data)) {
        if (!this.#isOver && !this.#forgets) await after(dice.below(DELAY_MS_MAX));
        for (const copy of this.#copies(way, bytes, text, dice)) {
          if (this.#breaks(way, copy, to, socket)) return;
          to.write(copy);
        }
      }
    }
    to.end();
  }

  #copies(way, bytes, text, dice) {
    if (this.#isOver || text === undefined) return [bytes];
    if (this.#forgets) {
      const { push } = JSON.parse(text);
      return push ? [bytes, asAnother(push)] : [bytes];
    }
    if (!dice.chance(TWICE_PERCENT)) return [bytes];
    this.twice[way] += 1;
    return [bytes, bytes];
  }

  /** Whether it breaks here: part of the message still arrives, and never all of it. */
  #breaks(way, bytes, to, socket) {
    if (this.#isOver || this.#forgets || way !== socket.breaks) return false;
    const { left } = socket;
    socket.left -= bytes.length;
    if (socket.left > 0 || bytes.length < 2 || to.destroyed) return false;
    this.cuts[way] += 1;
    to.write(bytes.subarray(0, Math.min(Math.max(left, 1), bytes.length - 1)), () => socket.ends.forEach((end) => end.destroy()));
    return true;
  }
}

/** The same edits, as somebody else's. */
function asAnother(push) {
  const client = randomBytes(16).toString('hex');
  const items = push.items.flatMap(({ operation }) => {
    if (operation === undefined) return [];
    const { id, ...rest } = operation.operation;
    return [{ operation: { operation: { ...rest, id: id.replace(/^\w+/, client) } } }];
  });
  return maskedFrame(TEXT, Buffer.from(JSON.stringify({ push: { ...push, items } })));
}

function after(ms) {
  return new Promise((passed) => setTimeout(passed, ms));
}
