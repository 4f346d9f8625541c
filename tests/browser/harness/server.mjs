// The released server as a process of its own, which can be killed as a machine can lose its power.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** How much of its output is kept for the report of a failure, in lines. */
const LOG_LINES_MAX = 40;

export class Server {
  #bundle;
  #options;
  #data = mkdtempSync(join(tmpdir(), 'tideboard-browser-'));
  #process;
  #lines = [];
  port;

  /** `options` are further ones of its command line. */
  constructor(bundle, options = []) {
    if (!existsSync(join(bundle, 'server'))) {
      throw new Error(`no server in ${bundle}: \`cargo xtask test --only previous --only web\` builds it`);
    }
    this.#bundle = resolve(bundle);
    this.#options = options;
  }

  /** The folder of its database. */
  get data() {
    return this.#data;
  }

  get isRunning() {
    return this.#process !== undefined;
  }

  /** Starts it, on the port and data that it had before, and resolves when it answers. `further` options count this once. */
  async start(...further) {
    return this.startOf(this.#bundle, ...further);
  }

  /** The same, of another release: that in a folder. */
  async startOf(bundle, ...further) {
    this.port ??= await freePort();
    const options = ['serve', '--port', String(this.port), '--listen', '127.0.0.1', '--data', this.#data, ...this.#options, ...further];
    const child = spawn(join(bundle, 'server'), options, { cwd: bundle, env: { ...process.env, LANG: 'C.UTF-8' }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const output = [child.stdout, child.stderr].map((input) => createInterface({ input }));
    const announced = new Promise((announce, reject) => {
      for (const lines of output) {
        lines.on('line', (line) => {
          this.#keep(line);
          // It prints its address once it listens; what it logs before is no answer.
          if (line.includes(`127.0.0.1:${this.port}`)) announce();
        });
      }
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (this.#process === child) this.#process = undefined;
        reject(new Error(`the server ended with ${code ?? signal}:\n${this.log()}`));
      });
    });
    await announced;
    const ready = await fetch(`http://127.0.0.1:${this.port}/readyz`, { redirect: 'manual' });
    // One that speaks https answers with the way to it.
    if (!ready.ok && ready.status !== 307) throw new Error(`the server listens but is not ready: ${ready.status} ${await ready.text()}`);
  }

  /** Pulls the plug: SIGKILL, nothing is flushed. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Asks it to end, as a service manager does; resolves when it has. */
  async stop() {
    const [code] = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the server did not end well: ${code}\n${this.log()}`);
  }

  log() {
    return `server:\n${this.#lines.join('\n')}`;
  }

  async close() {
    if (this.isRunning) await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined) return [null];
    const ended = once(child, 'exit');
    child.kill(signal);
    return ended;
  }

  #keep(line) {
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES_MAX) this.#lines.shift();
  }
}

/** A port of this machine that nothing listens on. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
