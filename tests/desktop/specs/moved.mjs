import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '../../browser/harness/server.mjs';
import { chooseAlone, door, ownField, ownProcess } from '../harness/own_server.mjs';
import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A server that is moved to another port while the window runs is found there again, the own one by itself, and what waited is sent';

export async function play({ server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.increase();
  await eventually(async () => (await field(server, 'counter', 'count')) === 1);
  await server.stop();
  server.port = await freePort();
  await server.start();
  await window.isIn('waiting', 'offline');
  await window.increase();
  await window.keeps(1);
  await window.askForAnotherServer();
  await window.nameServer(`http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await eventually(async () => (await field(server, 'counter', 'count')) === 2);
  await window.counts(2);

  // Its own one, whose port another program takes in the moment in which it is gone.
  await window.askForAnotherServer();
  await chooseAlone(window);
  await window.isIn('live');
  await window.counts(0);
  await window.increase();
  await eventually(async () => (await ownField(window, 'counter', 'count')) === 1);
  const { port } = door(window);
  process.kill(ownProcess(window).pid, 'SIGKILL');
  const thief = await takes(port);
  try {
    await window.increase();
    await eventually(() => door(window).port !== port);
    await window.isIn('live');
    await window.counts(2);
    await eventually(async () => (await ownField(window, 'counter', 'count')) === 2);
  } finally {
    thief.close();
  }
}

/** Listens there as soon as nobody else does. */
async function takes(port) {
  return eventually(async () => {
    const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  });
}
