// One person's way to the server: a real proxy on a real port, so that a cut is what a cut is, and not a mock's idea of it.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

export class Network {
  #proxy;
  #sockets = new Set();
  /** Each open socket with the one that it writes to. */
  #pipes = new Map();
  #isCut = false;
  #refusesSockets = false;
  #isStalled = false;
  /** What goes on when a stall is over. */
  #held = [];
  #wasCut = false;

  /** Stands between a browser and `port` on this machine. */
  static async to(port) {
    const network = new Network();
    network.#proxy = createServer((incoming, outgoing) => network.#carry(port, incoming, outgoing));
    network.#proxy.on('upgrade', (incoming, socket, head) => network.#carryUpgraded(port, incoming, socket, head));
    network.#proxy.listen(0, '127.0.0.1');
    await once(network.#proxy, 'listening');
    return network;
  }

  /** Where the page is, for this person. */
  get url() {
    return `http://localhost:${this.#proxy.address().port}/`;
  }

  /** Whether it ever failed: then a browser's own log of failed requests is no complaint. */
  get wasCut() {
    return this.#wasCut;
  }

  /**
   * Breaks every open socket and refuses further calls. Pages and assets still come, as they do from a cache, so that a
   * reload shows what the page kept and not what the browser says of dead hosts.
   */
  cut() {
    this.#isCut = true;
    this.#hangUp();
  }

  /** Breaks every open socket and lets no other be opened, as some proxies do; plain requests pass. */
  refuseSockets() {
    this.#refusesSockets = true;
    this.#hangUp();
  }

  /**
   * Takes everything and carries nothing, as a tunnel does: no socket breaks, and no answer comes. Pages and assets still
   * come.
   */
  stall() {
    this.#isStalled = true;
    for (const [from, to] of this.#pipes) {
      from.unpipe(to);
      this.#held.push(() => from.pipe(to));
    }
  }

  heal() {
    this.#isCut = false;
    this.#refusesSockets = false;
    this.#isStalled = false;
    for (const goOn of this.#held.splice(0)) goOn();
  }

  close() {
    this.cut();
    this.#proxy.closeAllConnections();
    this.#proxy.close();
  }

  #carry(port, incoming, outgoing) {
    const isAsked = incoming.url.startsWith('/api/');
    if (this.#isCut && isAsked) return incoming.socket.destroy();
    if (this.#isStalled && isAsked) return this.#held.push(() => this.#carry(port, incoming, outgoing));
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    onward.on('error', () => this.#fail(outgoing));
    incoming.pipe(onward);
  }

  #carryUpgraded(port, incoming, socket, head) {
    if (this.#isCut || this.#refusesSockets) return socket.destroy();
    if (this.#isStalled) {
      this.#sockets.add(socket);
      return this.#held.push(() => socket.destroyed || this.#carryUpgraded(port, incoming, socket, head));
    }
    const onward = connect(port, '127.0.0.1', () => {
      const { rawHeaders } = incoming;
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const [end, other] of [[socket, onward], [onward, socket]]) {
      this.#sockets.add(end);
      end.setNoDelay(true);
      end.on('error', () => this.#fail(end));
      this.#pipes.set(end, other);
      end.on('close', () => {
        this.#sockets.delete(end);
        this.#pipes.delete(end);
        other.destroy();
      });
    }
  }

  #hangUp() {
    this.#wasCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  // A server that is gone is a fault of the network too, as seen from a browser.
  #fail(end) {
    this.#wasCut = true;
    end.destroy();
  }
}
