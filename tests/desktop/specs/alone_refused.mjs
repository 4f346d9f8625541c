import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../harness/inspector.mjs';
import { Apart, chooseAlone, door, ownField, ownProcess, ownProgram, ownServerEnded, ownServerIsMissed, ownServerIsRefused } from '../harness/own_server.mjs';

export const title = 'An own server whose program is missing, whose boards another one holds or whose port is taken says so, or finds another';

export async function play({ screen, window, program }) {
  const apart = new Apart(program, screen);
  try {
    await apart.window.start();
    await chooseAlone(apart.window);
    await ownServerIsRefused(apart.window, 'is missing');
    apart.serve();
    await chooseAlone(apart.window);
    await apart.window.isIn('live');
  } finally {
    await apart.close();
  }

  const other = spawn(ownProgram(program), ['serve', '--port', '0', '--data', join(window.data, 'own')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(other, 'exit');
  try {
    await once(other.stdout, 'data');
    await window.start();
    await chooseAlone(window);
    await ownServerIsRefused(window, 'is in use by another Tideboard');
  } finally {
    other.kill();
    await ended;
  }
  await chooseAlone(window);
  await window.isIn('live');
  await window.increase();
  await eventually(async () => (await ownField(window, 'counter', 'count')) === 1);

  // Another program has taken its port meanwhile: the board is there all the same, and goes on at another address.
  await window.kill();
  await ownServerEnded(window);
  const { port, token } = door(window);
  let visits = 0;
  const thief = createServer((socket) => {
    visits += 1;
    socket.destroy();
  }).listen(port, '127.0.0.1');
  await once(thief, 'listening');
  await window.start();
  await window.counts(1);
  await window.increase();
  await window.isIn('live');
  await eventually(async () => door(window).port !== port && (await ownField(window, 'counter', 'count')) === 2);
  thief.close();
  if (visits > 0) throw new Error('who sits on its port was visited before its server ran');
  if (door(window).token === token) throw new Error('the token outlives its port');

  // Its program goes while it runs: what is edited is kept, and the window says why nothing of it is sent.
  const server = ownProgram(program);
  renameSync(server, `${server}.away`);
  try {
    process.kill(ownProcess(window).pid, 'SIGKILL');
    await ownServerIsMissed(window, 'is missing');
    await window.increase();
    await window.counts(3);
  } finally {
    renameSync(`${server}.away`, server);
  }
  await window.until(() => {
    document.querySelector('.banner[data-state="own-server"] button')?.click();
    return document.querySelector('.banner[data-state="own-server"]') === null;
  });
  await eventually(async () => (await ownField(window, 'counter', 'count')) === 3);
}
