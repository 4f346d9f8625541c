import { field } from '../harness/server_state.mjs';
import { eventually } from '../harness/inspector.mjs';

export const title = 'What is edited in the window without a server outlives a crash, is there at once, and arrives once';
export const isOfAPhoneToo = true;

export async function play({ screen, server, window }) {
  await server.start();
  const address = `http://127.0.0.1:${server.port}`;
  await window.start('--server', address);
  await window.isIn('live');
  await window.increase();
  await window.counts(1);
  await eventually(async () => (await field(server, 'counter', 'count')) === 1);
  // The board is on this device as well before its server goes.
  await server.stop();
  await window.isIn('waiting', 'offline');
  for (let edit = 0; edit < 3; edit += 1) await window.increase();
  // A text, by the keyboard; an edit of its own when its box is left.
  await window.enter('article[data-kind="note"] textarea');
  screen.press('ctrl+a');
  screen.type('Pumps checked');
  await window.until(() => document.activeElement?.value === 'Pumps checked');
  await window.evaluate(() => document.activeElement.blur());
  await window.keeps(4);
  await window.kill();

  // No server was named: it is the one it was at; and it is not there.
  await window.start();
  await window.counts(4);
  await window.isIn('waiting', 'offline');
  await window.kill();

  await server.start();
  await window.start();
  await window.isIn('live');
  await eventually(async () => (await field(server, 'note', 'text')) === 'Pumps checked');
  await window.until(() => document.querySelector('.pending-badge')?.dataset.state === 'clear');
  const count = await field(server, 'counter', 'count');
  if (count !== 4) throw new Error(`the server counts ${count} of 4`);
}
