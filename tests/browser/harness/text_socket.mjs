// A WebSocket of text frames (RFC 6455), as far as a client of this server needs one.
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { CLOSE, PING, PONG, TEXT, firstFrame, maskedFrame } from './frames.mjs';

/** Emits `text` with each frame, `error`, and `closed` at its end. */
export class TextSocket extends EventEmitter {
  #socket;
  #received = Buffer.alloc(0);

  /** Opens one to the server at `port`; or to another program's, at its own path. */
  static async open(port, { path = '/api/v1/socket', protocol = 'tideboard.v1' } = {}) {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      ...(protocol && { 'Sec-WebSocket-Protocol': protocol }),
    };
    const asked = request({ host: '127.0.0.1', port, path, headers });
    asked.once('response', (response) => asked.destroy(new Error(`no socket: ${response.statusCode}`)));
    asked.end();
    const [, socket, head] = await once(asked, 'upgrade');
    const opened = new TextSocket();
    opened.#socket = socket.setNoDelay(true);
    // Before anybody hears it: what came with the answer is told when the caller can listen.
    socket.unshift(head);
    socket.on('data', (data) => opened.#receive(data));
    socket.on('error', (error) => opened.emit('error', error));
    socket.on('close', () => opened.emit('closed'));
    return opened;
  }

  send(text) {
    this.#write(TEXT, Buffer.from(text));
  }

  close() {
    this.#socket.destroy();
  }

  #write(opcode, payload) {
    this.#socket.write(maskedFrame(opcode, payload));
  }

  #receive(data) {
    this.#received = Buffer.concat([this.#received, data]);
    for (let frame = firstFrame(this.#received); frame !== undefined; frame = firstFrame(this.#received)) {
      this.#received = this.#received.subarray(frame.bytes.length);
      if (frame.opcode === TEXT) this.emit('text', frame.payload.toString());
      if (frame.opcode === PING) this.#write(PONG, frame.payload);
      if (frame.opcode === CLOSE) this.#socket.end();
    }
  }
}
