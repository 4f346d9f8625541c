import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { request } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from '../../browser/harness/server.mjs';
import { alone } from '../harness/alone.mjs';

export const title = 'the server alone in a folder gives out the same as the one with its page beside it, byte for byte, header for header';

export async function play(given) {
  const [one, beside] = [new Server(alone(given)), new Server(given.bundle)];
  given.closes(() => one.close());
  given.closes(() => beside.close());
  await Promise.all([one.start(), beside.start()]);

  const worker = String((await ask(one, '/sw.js')).body);
  const files = JSON.parse(/const FILES = (\[[^\]]*\])/.exec(worker)[1]);
  ok(files.some((path) => path.endsWith('.wasm')), worker);
  const rest = ['/sw.js', '/offline.js', '/program.js', '/app.webmanifest', '/shell', '/robots.txt', '/favicon.ico', '/icon-192.png'];
  for (const path of [...files, ...rest]) {
    for (const encoding of ['identity', 'gzip, deflate, br']) {
      const [its, others] = await Promise.all([one, beside].map((server) => ask(server, path, { 'Accept-Encoding': encoding })));
      equal(its.status, 200, path);
      deepEqual(its, others, `${path} (${encoding})`);
    }
  }

  // What is sent compressed is what the build has compressed.
  const program = files.find((path) => path.endsWith('.wasm'));
  const sent = await ask(one, program, { 'Accept-Encoding': 'br' });
  equal(sent.headers['content-encoding'], 'br');
  match(sent.headers['cache-control'], /immutable/);
  ok(sent.body.equals(readFileSync(join(given.bundle, 'public', `${program}.br`))));

  // All that its page names is there.
  const page = String((await ask(one, '/')).body);
  const named = [...page.matchAll(/ (?:href|src|data-module)="(\/[^"#?]*)"/g)].map(([, path]) => new URL(path, 'http://board').pathname);
  ok(named.some((path) => path.endsWith('.css')) && named.some((path) => path.endsWith('.js')), page);
  for (const path of new Set(named)) equal((await ask(one, path)).status, 200, path);
  for (const path of ['/healthz', '/readyz']) equal((await ask(one, path)).status, 200, path);
}

/** What is answered, as it was sent: without its time, and without what is new in each answer. */
async function ask({ port }, path, headers = {}) {
  const response = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: { Accept: '*/*', ...headers } }, resolve).on('error', reject).end();
  });
  const parts = [];
  for await (const part of response) parts.push(part);
  const { date, ...others } = response.headers;
  const nonce = /'nonce-([0-9a-f]+)'/.exec(others['content-security-policy'])?.[1];
  if (nonce === undefined) return { status: response.statusCode, headers: others, body: Buffer.concat(parts) };
  // A page is compressed for who asks: with another nonce it has another length.
  const { 'content-length': length, ...rest } = others;
  const policy = rest['content-security-policy'].replace(nonce, '');
  const body = rest['content-encoding'] ? 'compressed anew' : String(Buffer.concat(parts)).replaceAll(nonce, '');
  return { status: response.statusCode, headers: { ...rest, 'content-security-policy': policy }, body };
}
