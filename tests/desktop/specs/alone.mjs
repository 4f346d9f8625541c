import { statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/inspector.mjs';
import { chooseAlone, door, ownField, ownProcess, ownServerEnded } from '../harness/own_server.mjs';

export const title = 'A person alone has boards without a server of others: their own is run by the window, ends with it and loses nothing';

export async function play({ window }) {
  await window.start();
  await chooseAlone(window);
  await window.isIn('live');
  await eventually(() => window.title === 'This machine · Tideboard');
  await window.increase();
  await eventually(async () => (await ownField(window, 'counter', 'count')) === 1);

  const { mode } = statSync(join(window.data, 'own/door.json'));
  if ((mode & 0o777) !== 0o600) throw new Error(`its token may be read by others: ${mode.toString(8)}`);
  const folder = statSync(join(window.data, 'own')).mode;
  if ((folder & 0o777) !== 0o700) throw new Error(`its boards may be read by others: ${folder.toString(8)}`);
  const { port, token } = door(window);
  const first = ownProcess(window);
  if (first.parent !== window.pid) throw new Error('it is not of this window');
  if (first.arguments.some((word) => word.includes(token))) throw new Error('its token is in its arguments');
  const { status } = await fetch(`http://127.0.0.1:${port}/api/v1/boards/this-machine`);
  if (status !== 401) throw new Error(`whoever asks without the token is answered ${status}`);

  // The server is killed, and comes back with all it has said that it has.
  process.kill(first.pid, 'SIGKILL');
  await window.increase();
  await window.counts(2);
  await eventually(async () => (await ownField(window, 'counter', 'count')) === 2);
  if (ownProcess(window).pid === first.pid) throw new Error('it was not killed');
  await window.isIn('live');

  // The window is killed, with an edit that its server has not got; its server ends with it.
  process.kill(ownProcess(window).pid, 'SIGSTOP');
  await window.increase();
  await window.keeps(1);
  const stopped = ownProcess(window).pid;
  await window.kill();
  process.kill(stopped, 'SIGCONT');
  await ownServerEnded(window);

  // At the next start it is remembered as any other.
  await window.start();
  await eventually(() => window.title === 'This machine · Tideboard');
  await window.counts(3);
  await window.isIn('live');
  await eventually(async () => (await ownField(window, 'counter', 'count')) === 3);
  if (door(window).port !== port) throw new Error('it is at another address, for no reason');
  await window.askForAnotherServer();
  await window.until(() => document.querySelector('.servers button[data-server="own"]')?.textContent === 'Only on this computer');
  await window.evaluate(() => document.querySelector('.servers button[data-server="own"]').click());
  await window.isIn('live');
  const code = await window.closeByKeys();
  if (code !== 0) throw new Error(`it ended with ${code}`);
  await ownServerEnded(window);
}
