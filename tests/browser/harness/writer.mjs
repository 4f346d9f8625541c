// Somebody who never rests: counts widgets up, ten times a second.
import { EventEmitter } from 'node:events';

export const TICK_MS = 100;
/** Operations that may wait for an answer before a tick is left out: the server is then what is slow. */
const UNDECIDED_LEN_MAX = 600;

/** Emits `tick` with each tick, also where there is nothing to count. */
export class Writer extends EventEmitter {
  ticks = 0;
  updates = 0;
  leftOut = 0;
  #client;
  #board;
  #changes;
  #atOnce;
  #timer;

  /** Counts `counters` of a board by a `client`, from `start` to `stop`: all of them with each tick, or so many by turns. */
  constructor(client, board, counters, atOnce = counters.length) {
    super();
    this.#atOnce = atOnce;
    this.#client = client;
    this.#board = board;
    this.#changes = counters.map((widget) => ({ widget, intent: { add: { field: 'count', amount: 1 } } }));
  }

  start() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #tick() {
    if (this.#client.undecided > UNDECIDED_LEN_MAX) {
      this.leftOut += 1;
    } else if (this.#changes.length > 0) {
      const turn = this.#changes.splice(0, this.#atOnce);
      this.#changes.push(...turn);
      this.#client.push(this.#board, turn);
      this.ticks += 1;
      this.updates += turn.length;
    }
    this.emit('tick');
  }
}
