import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A minimised window goes on: it sends what the other one edits, and shows what others did';

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  // The first one sends for both.
  const first = screen.active();
  const other = await window.another();
  await other.isIn('live');
  screen.minimise(first);
  await window.until(() => document.visibilityState === 'hidden');
  for (let edit = 1; edit <= 3; edit += 1) {
    await other.increase();
    await eventually(async () => (await field(server, 'counter', 'count')) === edit);
    await window.counts(edit);
  }
}
