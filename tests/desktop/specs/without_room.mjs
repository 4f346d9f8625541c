import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A window that can’t store does not go from what waits in it unless a person wants that';

export async function play({ screen, server, window }) {
  await server.start();
  // In the place of its file.
  mkdirSync(join(window.data, 'outbox.sqlite'));
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.counts(0);
  await server.stop();
  await window.increase();
  await window.counts(1);
  const stays = () => window.until(() => document.querySelector('.banner[data-state="stays"]')?.textContent.includes('1 edit would be lost'));

  await window.askForAnotherServer();
  await stays();
  await window.evaluate(() => document.querySelector('.banner[data-state="stays"] button:last-of-type').click());
  await window.until(() => document.querySelector('.banner[data-state="stays"]') === null);
  await window.focus();
  // It is hidden at first, and comes back.
  screen.press('alt+F4');
  await stays();
  await window.focus();
  await window.counts(1);

  await server.start();
  await eventually(async () => (await field(server, 'counter', 'count')) === 1);
  await window.until(() => document.querySelector('.banner[data-state="stays"]') === null);
  const code = await window.closeByKeys();
  if (code !== 0) throw new Error(`it ended with ${code}`);
}
