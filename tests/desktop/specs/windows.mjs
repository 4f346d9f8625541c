import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'Two windows of one program have one outbox: each shows what the other keeps, and it arrives once';

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  const other = await window.another();
  await other.isIn('live');
  await server.stop();
  await Promise.all([window.isIn('waiting', 'offline'), other.isIn('waiting', 'offline')]);
  await window.increase();
  await other.counts(1);
  await other.increase();
  await window.counts(2);
  await server.start();
  await Promise.all([window.isIn('live'), other.isIn('live')]);
  await Promise.all([window, other].map((one) => one.until(() => document.querySelector('.pending-badge')?.dataset.state === 'clear')));
  const count = await field(server, 'counter', 'count');
  if (count !== 2) throw new Error(`the server counts ${count} of 2`);

  // One is closed, and the other goes on; the program ends with the last.
  screen.press('ctrl+w');
  await eventually(() => other.evaluate(() => true).then(() => false, () => true));
  await window.increase();
  await eventually(async () => (await field(server, 'counter', 'count')) === 3);
  const code = await window.closeByKeys();
  if (code !== 0) throw new Error(`it ended with ${code}`);
}
