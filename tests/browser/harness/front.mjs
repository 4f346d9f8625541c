// What stands before a server: it hands on all that it is asked, and answers one address by itself as long as it is told to.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

export class Front {
  #server = createServer((asked, answer) => this.#answer(asked, answer));
  #port;
  /** Texts of scripts by their paths, in the place of the server's. */
  scripts = new Map();

  constructor(port) {
    this.#port = port;
    this.#server.on('upgrade', (asked, socket, head) => this.#handOn(asked, socket, head));
  }

  async start() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get url() {
    return `http://localhost:${this.#server.address().port}/`;
  }

  #answer(asked, answer) {
    const script = this.scripts.get(asked.url);
    if (script !== undefined) {
      answer.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(script);
      return;
    }
    const { method, headers, url: path } = asked;
    const onward = request({ host: '127.0.0.1', port: this.#port, method, headers, path }, (came) => {
      answer.writeHead(came.statusCode, came.headers);
      came.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }

  #handOn(asked, socket, head) {
    const onward = connect(this.#port, '127.0.0.1', () => {
      const pairs = Array.from({ length: asked.rawHeaders.length / 2 }, (_, at) => asked.rawHeaders.slice(2 * at, 2 * at + 2).join(': '));
      onward.write(`${[`${asked.method} ${asked.url} HTTP/1.1`, ...pairs].join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const [end, other] of [[socket, onward], [onward, socket]]) end.on('error', () => other.destroy()).on('close', () => other.destroy());
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
