// One person's way to the server: a real proxy on a real port, so that a cut is what a cut is, and not a mock's idea of it.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

/** What the page says, and what it hears. */
const WAYS = ['up', 'down'];

/** On a slow link a page comes in pieces of so many bytes, each so many milliseconds after the one before. */
const [PIECE_BYTES, PIECE_MS] = [4_096, 80];

export class Network {
  #proxy;
  #sockets = new Set();
  /** Each open socket with the one that it writes to, and which way that is. */
  #pipes = new Map();
  #isCut = false;
  #refusesSockets = false;
  #isSlow = false;
  /** The ways on which nothing goes on. */
  #stalled = [];
  /** What goes on when a stall is over. */
  #held = [];
  /** What befalls sockets. */
  #faults;
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
   * come. On one way only: `up`, what the page says is lost, or `down`, what it would hear.
   */
  stall(...ways) {
    this.#stalled = ways.length > 0 ? ways : WAYS;
    for (const [from, { to, way }] of this.#pipes) {
      if (!this.#stalled.includes(way)) continue;
      from.unpipe(to);
      this.#held.push(() => from.pipe(to));
    }
  }

  /** From now on a page comes piece by piece, as it was written; all else comes as before. */
  slowsPages() {
    this.#isSlow = true;
  }

  /** Breaks every open socket; what befalls the next ones, `faults` decide. */
  suffers(faults) {
    this.#faults = faults;
    this.#hangUp();
  }

  heal() {
    this.#isCut = false;
    this.#refusesSockets = false;
    this.#stalled = [];
    if (this.#faults) this.#hangUp();
    this.#faults = undefined;
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
    const isStalled = (way) => isAsked && this.#stalled.includes(way);
    if (isStalled('up')) return this.#held.push(() => this.#carry(port, incoming, outgoing));
    const { method, url: path } = incoming;
    const isSlow = this.#isSlow && incoming.headers['sec-fetch-dest'] === 'document';
    const headers = isSlow ? { ...incoming.headers, 'accept-encoding': 'identity' } : incoming.headers;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      const tell = () => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        if (isSlow) inPieces(answer, outgoing).catch(() => outgoing.destroy());
        else answer.pipe(outgoing);
      };
      answer.on('error', () => outgoing.destroy());
      if (isStalled('down')) this.#held.push(tell);
      else tell();
    });
    onward.on('error', () => this.#fail(outgoing));
    incoming.pipe(onward);
  }

  #carryUpgraded(port, incoming, socket, head) {
    if (this.#isCut || this.#refusesSockets) return socket.destroy();
    if (this.#stalled.includes('up')) {
      this.#sockets.add(socket);
      return this.#held.push(() => socket.destroyed || this.#carryUpgraded(port, incoming, socket, head));
    }
    const faults = this.#faults;
    const onward = connect(port, '127.0.0.1', () => {
      const { rawHeaders } = incoming;
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      socket.unshift(head);
      if (faults) faults.carry(socket, onward);
      for (const [from, { to, way }] of faults ? [] : ways) {
        const pipe = () => from.pipe(to);
        this.#pipes.set(from, { to, way });
        if (this.#stalled.includes(way)) this.#held.push(pipe);
        else pipe();
      }
    });
    const ways = [[socket, { to: onward, way: 'up' }], [onward, { to: socket, way: 'down' }]];
    for (const [end, { to: other }] of ways) {
      this.#sockets.add(end);
      end.setNoDelay(true);
      end.on('error', () => this.#fail(end));
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

async function inPieces(answer, outgoing) {
  const whole = Buffer.concat(await answer.toArray());
  for (let at = 0; at < whole.length; at += PIECE_BYTES) {
    outgoing.write(whole.subarray(at, at + PIECE_BYTES));
    await new Promise((passed) => setTimeout(passed, PIECE_MS));
  }
  outgoing.end();
}
