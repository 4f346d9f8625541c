// Somebody who edits several boards without a rest, by a plan that dice have thrown.

/** Items of a push: so many, or one more. */
const PUSH_LEN_MAX = 24;

/** Counters of every board. */
export const COUNTERS = ['counter-1', 'counter-2', 'counter-3', 'counter-4'];

/** What every board is made of. */
const WIDGETS = [
  { widget: 'board', intent: { create: { kind: 'board', fields: { name: 'Torture' } } } },
  ...COUNTERS.map((widget) => ({ widget, intent: { create: { kind: 'counter', fields: { count: 0 } } } })),
  { widget: 'note', intent: { create: { kind: 'note', fields: { text: 'Nobody is hurt.' } } } },
  { widget: 'setpoint', intent: { create: { kind: 'setpoint', fields: { value: 20, min: 0, max: 100 } } } },
];

/** Milliseconds that some operations may take, or never. */
const TTL_MS = 40;

export class Pusher {
  #dice;
  #connection;
  #ledger;
  #boards;
  /** How far each board was seen. */
  #cursors;
  #client;
  #sequence = 0;
  /** Widgets it has made, with their boards. */
  #made = [];

  constructor(dice, connection, ledger, boards, cursors) {
    this.#dice = dice;
    this.#connection = connection;
    this.#ledger = ledger;
    this.#boards = boards;
    this.#cursors = cursors;
    this.#client = dice.id();
  }

  /** Edits until the server is gone; `by` the socket, by `request`, or by `both`: then all of it at once, twice. */
  async pushes(by) {
    const ways = { socket: ['push'], request: ['post'], both: ['push', 'post'] }[by];
    while (!this.#connection.isGone) {
      const items = this.#items();
      this.#ledger.sends(items);
      const answered = await Promise.all(ways.map((way) => this.#connection[way](items)));
      if (answered.includes(undefined)) return;
    }
  }

  #items() {
    const items = [];
    const newest = new Map();
    const length = 1 + this.#dice.below(PUSH_LEN_MAX);
    while (items.length < length) items.push(...this.#edit(this.#dice.oneOf(this.#boards), newest));
    return items;
  }

  /** The items of one edit; `newest` has the operation before it in each lane. */
  #edit(board, newest) {
    const counter = this.#dice.oneOf(COUNTERS);
    const kind = this.#dice.below(100);
    if (kind < 60) return [this.#operation(board, counter, { add: { field: 'count', amount: 1 + this.#dice.below(9) } }, newest)];
    if (kind < 75) return [this.#operation(board, 'note', { set: { field: 'title', value: `Title ${this.#dice.below(1_000)}` } }, newest)];
    if (kind < 86) {
      // Values of which some are out of range, and a base that others have mostly written over.
      const value = this.#dice.below(110);
      const base = { revision: this.#dice.below(this.#cursors.get(board).revision + 1) };
      return [this.#operation(board, 'setpoint', { set: { field: 'value', value } }, newest, { base })];
    }
    if (kind < 90) return [this.#operation(board, counter, { set: { field: 'count', value: 'many' } }, newest)];
    if (kind < 94) {
      const { run, clock } = this.#connection.welcome;
      const deadline = { run, at: clock + this.#dice.below(2 * TTL_MS) };
      return [this.#operation(board, counter, { add: { field: 'count', amount: 1 } }, newest, { deadline })];
    }
    if (kind < 98) return this.#takenBack(board, counter);
    return [this.#madeOrRemoved(board, newest)];
  }

  /** A withdrawal, and a late copy of what it withdraws. */
  #takenBack(board, counter) {
    const late = this.#operation(board, counter, { add: { field: 'count', amount: 1 } }, new Map());
    const { id, made_at } = late.operation.operation;
    return [{ withdraw: { id, board, made_at } }, late];
  }

  #madeOrRemoved(board, newest) {
    if (this.#made.length === 0 && this.#dice.chance(10)) {
      const widget = `made-${this.#client.slice(0, 12)}-${this.#sequence}`;
      this.#made.push({ board, widget });
      return this.#operation(board, widget, { create: { kind: 'note', fields: { text: 'Not for long.' } } }, newest);
    }
    const made = this.#made.pop() ?? { board, widget: 'never-made' };
    return this.#operation(made.board, made.widget, 'remove', newest);
  }

  #operation(board, widget, intent, newest, more = {}) {
    this.#sequence += 1;
    const id = `${this.#client}-${this.#sequence}`;
    const lane = `${board}/${widget}`;
    const after = newest.get(lane);
    newest.set(lane, id);
    const made_at = this.#cursors.get(board);
    return { operation: { operation: { id, board, widget, schema: 1, made_at, intent, ...more }, after } };
  }
}

/** A birth of boards, as items of one author. */
export function births(client, boards) {
  const made_at = { epoch: '0'.repeat(32), revision: 0 };
  return boards.flatMap((board, at) =>
    WIDGETS.map(({ widget, intent }, number) => {
      const id = `${client}-${at * WIDGETS.length + number + 1}`;
      return { operation: { operation: { id, board, widget, schema: 1, made_at, intent } } };
    }),
  );
}
