// The example of an app on the layer, built for release: a server of its own, started as its reader starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { freePort } from './server.mjs';
import { target } from './tools.mjs';

export class Example {
  #folder = mkdtempSync(join(tmpdir(), 'tideboard-example-'));
  #process;
  #output = '';
  port;

  /** Starts it on a free port, and resolves when it answers. It keeps its boards in `data`, where it was started. */
  async start() {
    const bundle = resolve(process.env.TIDEBOARD_EXAMPLE ?? join(target, 'dx/own-app/release/web'));
    if (!existsSync(join(bundle, 'server'))) {
      throw new Error(`no server in ${bundle}: \`cargo xtask test --only example\` builds it`);
    }
    this.port = await freePort();
    const env = { ...process.env, IP: '127.0.0.1', PORT: String(this.port) };
    this.#process = spawn(join(bundle, 'server'), { cwd: this.#folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      output.on('data', (data) => {
        this.#output = (this.#output + data).slice(-8_000);
      });
    }
    // It does not say when it listens, so it is asked.
    while (!(await this.#answers())) {
      if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}\n${this.log()}`);
      await turn();
    }
  }

  async #answers() {
    const reply = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined);
    return reply?.ok === true;
  }

  async close() {
    if (this.#process?.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  log() {
    return `example:\n${this.#output}`;
  }
}
