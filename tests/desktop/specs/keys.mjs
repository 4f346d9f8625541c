import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'The keys of a browser’s page do the same in the window: undo, redo, and finding anything';
export const isOfAPhoneToo = true;

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.increase();
  await window.counts(1);
  await window.focus();
  const count = (number) => eventually(async () => (await field(server, 'counter', 'count')) === number);
  await count(1);
  screen.press('ctrl+z');
  await count(0);
  screen.press('ctrl+shift+z');
  await count(1);
  screen.press('ctrl+k');
  await window.until(() => document.activeElement?.closest('.palette') !== null);
}
