import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A window that the desktop closes, which hides it at once, ends all the same and keeps what was typed';

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await server.stop();
  await window.isIn('waiting', 'offline');
  await window.enter('article[data-kind="note"] textarea');
  screen.press('ctrl+a');
  screen.type('Typed before Alt and F4');
  const started = performance.now();
  const code = await window.closeByDesktop();
  if (code !== 0) throw new Error(`it ended with ${code}`);
  if (performance.now() - started > 5_000) throw new Error('it was waited for');

  await server.start();
  await window.start();
  await window.isIn('live');
  await eventually(async () => (await field(server, 'note', 'text')) === 'Typed before Alt and F4');
}
