import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A window that is closed while somebody types has kept all of it, and opens where it was, as large as it was';

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.focus();
  window.resize(900, 700);
  await eventually(() => window.size.join() === '900,700');
  await server.stop();
  await window.isIn('waiting', 'offline');
  await window.enter('article[data-kind="note"] textarea');
  screen.press('ctrl+a');
  screen.type('The last word');
  const code = await window.closeByKeys();
  if (code !== 0) throw new Error(`it ended with ${code}`);

  await server.start();
  await window.start();
  await eventually(() => window.size.join() === '900,700');
  await window.isIn('live');
  await eventually(async () => (await field(server, 'note', 'text')) === 'The last word');
}
