import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Server } from '../../browser/harness/server.mjs';
import { TextSocket } from '../../browser/harness/text_socket.mjs';
import { alone } from '../harness/alone.mjs';

export const title = 'told to stop by SIGTERM it tells everybody, leaves one whole database, and has all of it at its next start';

export async function play(given) {
  const place = alone(given);
  const server = new Server(place);
  given.closes(() => server.close());
  await server.start();
  const asks = async (...what) => {
    const options = ['--server', `http://127.0.0.1:${server.port}`, '--data', join(place, 'outbox')];
    return (await promisify(execFile)(join(given.unpacked, 'tideboard'), [...what, ...options])).stdout.trim();
  };
  await asks('add', 'this-machine', 'counter.count', '3');
  ok(existsSync(join(server.data, 'tideboard.db-wal')), 'an edit is in the log beside the database');

  const socket = await TextSocket.open(server.port);
  const heard = [];
  socket.on('text', (text) => heard.push(...Object.keys(JSON.parse(text))));
  socket.send(JSON.stringify({ hello: { schema: 1 } }));
  await once(socket, 'text');
  const closed = once(socket, 'closed');
  await server.stop();
  await closed;
  equal(heard.at(-1), 'goodbye');
  const databases = readdirSync(server.data).filter((name) => name.includes('.db'));
  deepEqual(databases.sort(), ['series.db', 'tideboard.db']);

  await server.start();
  equal(await asks('get', 'this-machine', 'counter.count'), '3');
}
