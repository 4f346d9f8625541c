// A reverse proxy as somebody sets it up who follows docs/guides/reverse-proxy.md: the very text of the guide, with other
// ports and without a certificate.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { freePort } from './server.mjs';
import { project } from './tools.mjs';

const GUIDE = join(project, 'docs/guides/reverse-proxy.md');

export class Proxy {
  #folder = mkdtempSync(join(tmpdir(), 'tideboard-proxy-'));
  #process;
  #output = '';
  port;

  /** nginx in front of `port`; `change` alters the guide's text further. `own` is the port that people come to. */
  static async nginx(port, change = (text) => text, own = undefined) {
    const proxy = new Proxy();
    proxy.port = own;
    await proxy.#start('nginx', ['-p', proxy.#folder, '-c', 'nginx.conf', '-e', 'stderr'], (own) => {
      const block = change(guide('nginx'))
        .replace('listen 443 ssl', `listen 127.0.0.1:${own}`)
        .replace(/^ *ssl_certificate.*$/gm, '')
        .replace('127.0.0.1:8080', `127.0.0.1:${port}`);
      const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
      return ['nginx.conf', `daemon off; pid nginx.pid; events {} http { access_log off; ${folders.join(' ')}\n${block}}`];
    });
    return proxy;
  }

  /** Caddy in front of `port`. */
  static async caddy(port) {
    const proxy = new Proxy();
    await proxy.#start('caddy', ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'], (own) => {
      const block = guide('caddyfile')
        .replace('board.example.org', `http://localhost:${own}`)
        .replace('127.0.0.1:8080', `127.0.0.1:${port}`);
      return ['Caddyfile', `{\n admin off\n}\n${block}`];
    });
    return proxy;
  }

  async close() {
    if (this.#process?.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  log() {
    return `proxy:\n${this.#output}`;
  }

  async #start(program, options, configure) {
    this.port ??= await freePort();
    const [name, text] = configure(this.port);
    // nginx lets workers of another user put down here what is too large for its memory.
    chmodSync(this.#folder, 0o755);
    writeFileSync(join(this.#folder, name), text);
    const env = { ...process.env, HOME: this.#folder };
    this.#process = spawn(program, options, { cwd: this.#folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      output.on('data', (data) => {
        this.#output = (this.#output + data).slice(-8_000);
      });
    }
    const failed = once(this.#process, 'error').then(([error]) => Promise.reject(error));
    await Promise.race([this.#answers(), failed]);
  }

  /** Resolves when it listens. It says so nowhere, so it is asked. */
  async #answers() {
    for (;;) {
      const probe = connect(this.port, '127.0.0.1');
      const listens = await Promise.race([once(probe, 'connect').then(() => true), once(probe, 'error').then(() => false)]).catch(() => false);
      probe.destroy();
      if (listens) return;
      if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}\n${this.log()}`);
      await turn();
    }
  }
}

/** The guide's block in a language. */
function guide(language) {
  const block = readFileSync(GUIDE, 'utf8').match(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's'));
  if (block === null) throw new Error(`${GUIDE} has no block in ${language}`);
  return block[1];
}
