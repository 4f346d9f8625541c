// The books of what was sent, answered and shown, over every life of a server; and what does not agree with them.
import { idOf } from './connection.mjs';

/** So many complaints are told in full. */
const COMPLAINTS_LEN_MAX = 10;

export class Ledger {
  /** Operations that were answered; answers and changes that are gone; effects that are there twice. */
  acknowledged = 0;
  lost = 0;
  doubled = 0;
  /** Operations that were not answered before a kill, and turned out to be on the disk. */
  found = 0;
  /** What was wrong, in words: the first of it. */
  complaints = [];

  /** Everything, by id. */
  #operations = new Map();
  /** The newest operation of each client. */
  #clients = new Map();
  /** What was sent in this life, in its order. */
  #sent = [];
  /** Of each board: how many operations were applied, and what its counters were given. */
  #boards = new Map();
  /** How often the server was started. */
  #life = 0;
  #isInspected = false;

  /** The server was started: from here on it is asked for what it knew before. */
  starts() {
    this.#life += 1;
    this.#isInspected = true;
  }

  /** It has told all that it was asked for: new operations come. */
  goesOn() {
    this.#sent = [];
    this.#isInspected = false;
  }

  /** What was sent in the life before, in its order. */
  get sentBefore() {
    return this.#sent;
  }

  /** Of these, what has no verdict yet. */
  get openBefore() {
    return this.#sent.filter((item) => this.#operations.get(idOf(item)).verdict === undefined);
  }

  /** Pairs of each client there was and its newest operation. */
  get clients() {
    return [...this.#clients];
  }

  sends(items) {
    for (const item of items) {
      this.#sent.push(item);
      const id = idOf(item);
      if (this.#operations.has(id)) continue;
      const { board, widget, intent } = item.withdraw ?? item.operation.operation;
      this.#operations.set(id, { board, widget, amount: intent?.add?.amount ?? 0 });
      const [client, sequence] = id.split('-');
      this.#clients.set(client, Number(sequence));
    }
  }

  answers(items) {
    for (const { id, answer } of items) {
      if (answer.verdict !== undefined) this.#decides(id, answer.verdict);
      else if (answer.too_old !== undefined) this.#loses(`${id} is too old to be known`);
    }
  }

  /** A change was shown to somebody. */
  shows(board, change) {
    const operation = this.#operations.get(change.id);
    if (operation === undefined) this.#doubles(`${change.id} was shown on ${board}, and nobody has made it`);
    else if (operation.shown !== undefined && operation.shown !== change.revision) {
      this.#doubles(`${change.id} was shown at ${operation.shown}, and at ${change.revision}`);
    } else operation.shown = change.revision;
  }

  /** What was shown is not there any more, or not as it was. */
  misses(what) {
    this.#loses(what);
  }

  /** After everything sent was sent again: none may be open, and what was shown has been decided so. */
  closes() {
    for (const item of this.#sent) {
      const id = idOf(item);
      const { verdict, shown } = this.#operations.get(id);
      if (verdict === undefined) this.#loses(`${id} has no verdict, however often it is asked for`);
      else if (shown !== undefined && JSON.parse(verdict).applied?.revision !== shown) {
        this.#loses(`${id} was shown at ${shown}, and is now ${verdict}`);
      }
    }
  }

  /** A board as it is on the server at a revision: it must be what was applied to it, each operation once. */
  compares(board, revision, widgets) {
    const { applied, counters } = this.#board(board);
    if (revision !== applied) this.#differs(revision - applied, `${board} is at ${revision}, and ${applied} operations were applied to it`);
    for (const [counter, sum] of counters) {
      const count = widgets[counter]?.fields.count?.value;
      if (count !== sum) this.#differs(count - sum, `${counter} of ${board} is ${count}, and was given ${sum}`);
    }
  }

  /** Every verdict that a board's horizon still covers was told in this life, by one way or the other. */
  wasTold(board, horizon) {
    for (const [id, operation] of this.#operations) {
      if (operation.board !== board || operation.toldIn === this.#life || operation.verdict === undefined) continue;
      const [{ revision }] = Object.values(JSON.parse(operation.verdict));
      if (revision >= horizon) this.#loses(`${id} was ${operation.verdict}, and nothing is known of it`);
    }
  }

  #decides(id, { verdict, duplicate = false }) {
    const operation = this.#operations.get(id);
    if (operation === undefined) return this.#doubles(`${id} was decided, and nobody has made it`);
    const text = JSON.stringify(verdict);
    if (operation.verdict === undefined) {
      Object.assign(operation, { verdict: text, decidedIn: this.#life });
      this.#counts(operation, verdict);
      if (!this.#isInspected) this.acknowledged += 1;
      else if (duplicate) this.found += 1;
    } else if (operation.verdict !== text) {
      this.#losesOnce(operation, `${id} was ${operation.verdict}, and is now ${text}`);
    } else if (operation.decidedIn !== this.#life && !duplicate) {
      this.#losesOnce(operation, `${id} was ${text}, and was decided anew`);
    }
    operation.toldIn = this.#life;
  }

  #counts({ board, widget, amount }, verdict) {
    if (verdict.applied === undefined) return;
    const books = this.#board(board);
    books.applied += 1;
    if (amount !== 0) books.counters.set(widget, (books.counters.get(widget) ?? 0) + amount);
  }

  #board(board) {
    if (!this.#boards.has(board)) this.#boards.set(board, { applied: 0, counters: new Map() });
    return this.#boards.get(board);
  }

  #differs(surplus, what) {
    if (surplus > 0) this.#doubles(what);
    else this.#loses(what);
  }

  /** The same is asked for by several ways. */
  #losesOnce(operation, what) {
    if (operation.isLost) return;
    operation.isLost = true;
    this.#loses(what);
  }

  #loses(what) {
    this.lost += 1;
    this.#complains(what);
  }

  #doubles(what) {
    this.doubled += 1;
    this.#complains(what);
  }

  #complains(what) {
    if (this.complaints.length < COMPLAINTS_LEN_MAX) this.complaints.push(what);
  }
}
