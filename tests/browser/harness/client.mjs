// A client of the server without a browser, written from docs/protocol.md alone: it greets, and pushes operations.
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';

/** Nothing was seen of any board: valid everywhere. */
const ORIGIN = { epoch: '0'.repeat(32), revision: 0 };

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Emits `answers` with the items of each frame of verdicts. */
export class Client extends EventEmitter {
  #id = randomBytes(16).toString('hex');
  #sequence = 0;
  #socket;
  #received = Buffer.alloc(0);
  #welcome;
  /** The newest undecided operation of each lane, and the lane of each. */
  #newest = new Map();
  #lanes = new Map();

  /** Operations that wait for an answer. */
  undecided = 0;

  /** A client of the server at `port`, greeted. */
  static async greet(port) {
    const client = new Client();
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Protocol': 'tideboard.v1',
    };
    const asked = request({ host: '127.0.0.1', port, path: '/api/v1/socket', headers });
    asked.end();
    const [, socket, head] = await once(asked, 'upgrade');
    client.#socket = socket.setNoDelay(true);
    socket.on('data', (data) => client.#receive(data));
    socket.on('error', (error) => client.emit('error', error));
    client.#receive(head);
    client.#send({ hello: { schema: 1 } });
    await once(client, 'welcome');
    return client;
  }

  /** Pushes a list of `{ widget, intent }`, in their order. */
  push(board, changes) {
    const { store, run, identity } = this.#welcome;
    const items = changes.map(({ widget, intent }) => {
      this.#sequence += 1;
      const id = `${this.#id}-${this.#sequence}`;
      const lane = `${board}/${widget}`;
      const after = this.#newest.get(lane);
      this.#newest.set(lane, id);
      this.#lanes.set(id, lane);
      return { operation: { operation: { id, board, widget, schema: 1, made_at: ORIGIN, intent }, after } };
    });
    this.undecided += items.length;
    this.#send({ push: { store, run, principal: identity.principal, device: { name: 'writer', colour: 0 }, items } });
  }

  /** Resolves when everything that was pushed has its verdict. */
  async isSettled() {
    while (this.undecided > 0) await once(this, 'answers');
  }

  close() {
    this.#socket.destroy();
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
      if (answer.verdict?.verdict.applied === undefined) {
        this.emit('error', new Error(`${id} was not applied: ${JSON.stringify(answer)}`));
      }
      const lane = this.#lanes.get(id);
      this.#lanes.delete(id);
      if (this.#newest.get(lane) === id) this.#newest.delete(lane);
    }
    this.undecided -= items.length;
    this.emit('answers', items);
  }

  #send(frame) {
    this.#write(TEXT, Buffer.from(JSON.stringify(frame)));
  }

  /** One frame of the WebSocket, masked as a client's must be. */
  #write(opcode, payload) {
    const { length } = payload;
    if (length > 0xffff) throw new Error(`a frame of ${length} bytes is more than the server takes`);
    const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length]) : Buffer.from([0x80 | opcode, 0xfe, length >> 8, length & 0xff]);
    const mask = randomBytes(4);
    const masked = payload.map((byte, at) => byte ^ mask[at % 4]);
    this.#socket.write(Buffer.concat([head, mask, masked]));
  }

  #receive(data) {
    this.#received = Buffer.concat([this.#received, data]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      if (frame.opcode === TEXT) this.#take(JSON.parse(frame.payload));
      if (frame.opcode === PING) this.#write(PONG, frame.payload);
      if (frame.opcode === CLOSE) this.#socket.end();
    }
  }

  /** The next whole frame of what was received; the server writes each in one piece, of at most 64 KiB. */
  #next() {
    const received = this.#received;
    if (received.length < 2) return undefined;
    const short = received[1] & 0x7f;
    const [start, length] = short < 126 ? [2, short] : [4, received.length < 4 ? Infinity : received.readUInt16BE(2)];
    if (short === 127) throw new Error('the server wrote a frame of more than 64 KiB');
    if (received.length < start + length) return undefined;
    this.#received = received.subarray(start + length);
    return { opcode: received[0] & 0x0f, payload: received.subarray(start, start + length) };
  }
}
