// A greeted connection, or a plain request, to a server that may be killed at any moment: what was asked has an answer, or `undefined`.
import { EventEmitter } from 'node:events';
import { TextSocket } from '../harness/text_socket.mjs';

/** How many clients' operations one frame asks the fate of. */
const ASKED_LEN_MAX = 400;

/** Emits `verdicts` with the answers of a frame, `changes`, and `gone` when the server is. */
export class Connection extends EventEmitter {
  port;
  welcome;
  isGone = false;
  #socket;
  #requests = 0;
  /** What is waited for: a frame for which it gives something, and who waits. */
  #waiting = new Set();

  /** Greets the server at `port`; `undefined` when it is gone. */
  static async greet(port) {
    const connection = new Connection();
    connection.port = port;
    connection.setMaxListeners(0);
    try {
      connection.#socket = await TextSocket.open(port);
    } catch {
      return undefined;
    }
    connection.#socket.on('text', (text) => connection.#take(JSON.parse(text)));
    // The server was killed: `closed` follows.
    connection.#socket.on('error', () => {});
    connection.#socket.on('closed', () => connection.#end());
    connection.#send({ hello: { schema: 1 } });
    connection.welcome = await connection.#find((kind, value) => (kind === 'welcome' ? value : undefined));
    return connection.welcome && connection;
  }

  /** Pushes items and gives their answers. */
  async push(items) {
    const waiting = new Set(items.map(idOf));
    const answered = this.#find((kind, value) => {
      if (kind !== 'verdicts') return undefined;
      for (const { id } of value.items) waiting.delete(id);
      return waiting.size === 0 || undefined;
    });
    this.#send({ push: this.#frame(items) });
    return answered;
  }

  /** The same by a request; the answers are told as those of a frame are. */
  async post(items) {
    let answers;
    let status;
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/operations`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ push: this.#frame(items) }),
      });
      ({ status } = response);
      answers = await response.json();
    } catch {
      return undefined;
    }
    if (status !== 200) throw new Error(`the server refused: ${status}: ${JSON.stringify(answers)}`);
    this.emit('verdicts', answers);
    return true;
  }

  /**
   * Hears of a board from now on, from `cursor` or from nothing; gives the answer, and the widgets of its patch. `clients` are
   * pairs of a client and its newest operation: the fate of all of theirs is asked for, and told as a frame of verdicts is.
   */
  async subscribe(board, cursor, clients = []) {
    this.#requests += 1;
    const request = this.#requests;
    const undecided = clients.map(([client, newest]) => ({ client, ranges: [[1, newest]] }));
    let answer;
    const widgets = {};
    const caughtUp = this.#find((kind, value) => {
      if (value.board !== board) return undefined;
      if (kind === 'subscribed' && value.request === request) answer = value;
      if (kind === 'patch') Object.assign(widgets, value.widgets);
      const reached = kind === 'changes' ? value.to.revision : kind === 'patch' && value.last ? value.to.revision : -1;
      const isDone = answer && (reached >= answer.at.revision || answer.from.revision === answer.at.revision);
      return isDone ? { answer, widgets } : undefined;
    });
    do {
      const part = undecided.splice(0, ASKED_LEN_MAX);
      this.#send({ subscribe: { board, request, cursor, undecided: part, more: undecided.length > 0 } });
    } while (undecided.length > 0);
    return caughtUp;
  }

  /** Says that it is there: the server closes a connection that says nothing for 150 s. */
  ping() {
    this.#send({ ping: { visible: false } });
  }

  close() {
    this.#socket.close();
  }

  #frame(items) {
    const { store, run, identity } = this.welcome;
    return { store, run, principal: identity.principal, device: { name: 'Torturer', colour: 0 }, items };
  }

  #send(frame) {
    if (!this.isGone) this.#socket.send(JSON.stringify(frame));
  }

  /** The first thing that `pick` gives for a frame; `undefined` when the server is gone before. */
  #find(pick) {
    if (this.isGone) return Promise.resolve(undefined);
    return new Promise((found) => this.#waiting.add({ pick, found }));
  }

  #take(frame) {
    const [[kind, value]] = Object.entries(frame);
    if (kind === 'error') throw new Error(`the server refused: ${value.code}: ${value.message}`);
    if (kind === 'verdicts') this.emit('verdicts', value.items);
    if (kind === 'subscribed') this.emit('verdicts', value.verdicts.map(([id, verdict]) => told(id, verdict)));
    if (kind === 'changes') this.emit('changes', value);
    for (const waiting of this.#waiting) {
      const found = waiting.pick(kind, value);
      if (found === undefined) continue;
      this.#waiting.delete(waiting);
      waiting.found(found);
    }
  }

  #end() {
    this.isGone = true;
    for (const { found } of this.#waiting) found(undefined);
    this.#waiting.clear();
    this.emit('gone');
  }
}

/** Whose fate an item decides. */
export function idOf(item) {
  return item.withdraw?.id ?? item.operation.operation.id;
}

/** What a subscription tells is on the disk: as an answer, it is that of a duplicate. */
function told(id, verdict) {
  return { id, answer: { verdict: { verdict, duplicate: true } } };
}
