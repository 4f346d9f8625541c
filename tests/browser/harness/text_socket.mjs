// A WebSocket of text frames (RFC 6455), as far as a client of this server needs one.
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Emits `text` with each frame, `error`, and `closed` at its end. */
export class TextSocket extends EventEmitter {
  #socket;
  #received = Buffer.alloc(0);

  /** Opens one to the server at `port`. */
  static async open(port) {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Protocol': 'tideboard.v1',
    };
    const asked = request({ host: '127.0.0.1', port, path: '/api/v1/socket', headers });
    asked.once('response', (response) => asked.destroy(new Error(`no socket: ${response.statusCode}`)));
    asked.end();
    const [, socket, head] = await once(asked, 'upgrade');
    const opened = new TextSocket();
    opened.#socket = socket.setNoDelay(true);
    socket.on('data', (data) => opened.#receive(data));
    socket.on('error', (error) => opened.emit('error', error));
    socket.on('close', () => opened.emit('closed'));
    socket.unshift(head);
    return opened;
  }

  send(text) {
    this.#write(TEXT, Buffer.from(text));
  }

  close() {
    this.#socket.destroy();
  }

  /** One frame, masked as a client's must be. */
  #write(opcode, payload) {
    const { length } = payload;
    if (length > 0xffff) throw new Error(`a frame of ${length} bytes is more than the server takes`);
    const head = length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 0xff];
    const mask = randomBytes(4);
    const frame = Buffer.concat([Buffer.from(head), mask, payload]);
    const start = head.length + mask.length;
    for (let at = start; at < frame.length; at += 1) frame[at] ^= mask[(at - start) % 4];
    this.#socket.write(frame);
  }

  #receive(data) {
    this.#received = Buffer.concat([this.#received, data]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      if (frame.opcode === TEXT) this.emit('text', frame.payload.toString());
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
