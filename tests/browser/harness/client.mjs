// A client of the server without a browser, written from docs/protocol.md alone: it greets, and pushes operations.
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { TextSocket } from './text_socket.mjs';

/** Nothing was seen of any board: valid everywhere. */
const ORIGIN = { epoch: '0'.repeat(32), revision: 0 };

/** Emits `answers` with the items of each frame of verdicts. */
export class Client extends EventEmitter {
  #id = randomBytes(16).toString('hex');
  #sequence = 0;
  #socket;
  #welcome;
  /** The newest undecided operation of each lane, and the lane of each. */
  #newest = new Map();
  #lanes = new Map();
  #port;
  /** How far boards were seen, by the answers. */
  #seen = new Map();

  /** Operations that wait for an answer. */
  undecided = 0;

  /** A client of the server at `port`, greeted. */
  static async greet(port) {
    const client = new Client();
    client.#port = port;
    client.#socket = await TextSocket.open(port);
    client.#socket.on('text', (text) => client.#take(JSON.parse(text)));
    client.#socket.on('error', (error) => client.emit('error', error));
    client.#send({ hello: { schema: 1 } });
    await once(client, 'welcome');
    return client;
  }

  /** Looks at a board once, and from then on by the answers to what it pushes: who never does makes edits that are too old some day. */
  async sees(board) {
    const { subscribed } = await (await fetch(`http://127.0.0.1:${this.#port}/api/v1/boards/${board}`)).json();
    this.#seen.set(board, subscribed.at);
  }

  /** Pushes a list of `{ widget, intent }`, in their order. */
  push(board, changes) {
    const { store, run, identity } = this.#welcome;
    const seen = this.#seen.get(board) ?? ORIGIN;
    const items = changes.map(({ widget, intent }) => {
      this.#sequence += 1;
      const id = `${this.#id}-${this.#sequence}`;
      const lane = `${board}/${widget}`;
      const after = this.#newest.get(lane);
      this.#newest.set(lane, id);
      this.#lanes.set(id, lane);
      return { operation: { operation: { id, board, widget, schema: 1, made_at: seen, intent }, after } };
    });
    this.undecided += items.length;
    this.#send({ push: { store, run, principal: identity.principal, device: { name: 'writer', colour: 0 }, items } });
  }

  /** Resolves when everything that was pushed has its verdict. */
  async isSettled() {
    while (this.undecided > 0) await once(this, 'answers');
  }

  close() {
    this.#socket.close();
  }

  #take(frame) {
    const [[kind, value]] = Object.entries(frame);
    if (kind === 'welcome') {
      this.#welcome = value;
      this.emit('welcome');
    } else if (kind === 'verdicts') {
      this.#decide(value.items);
    } else if (kind === 'error') {
      this.emit('error', new Error(`${value.code}: ${value.message}`));
    }
  }

  #decide(items) {
    for (const { id, answer } of items) {
      const applied = answer.verdict?.verdict.applied;
      const lane = this.#lanes.get(id);
      const [board] = lane.split('/');
      if (applied === undefined) this.emit('error', new Error(`${id} was not applied: ${JSON.stringify(answer)}`));
      else if (this.#seen.has(board)) this.#seen.set(board, { ...this.#seen.get(board), revision: applied.revision });
      this.#lanes.delete(id);
      if (this.#newest.get(lane) === id) this.#newest.delete(lane);
    }
    this.undecided -= items.length;
    this.emit('answers', items);
  }

  #send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }
}
