import { statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A window that knows no server asks for one, and for a token where that is wanted, and is not told twice';

const TOKEN = 'a-token-of-some-length';
export const serverOptions = ['--edit-token', TOKEN, '--view-token', 'another-one-of-some-length'];

export async function play({ screen, server, window }) {
  await server.start();
  await window.start();
  const says = (text) => window.until((text) => document.querySelector('.choosing')?.textContent.includes(text), text);
  await says('Where is your board’s server?');

  await window.nameServer('board');
  await says('Write it like http');

  screen.press('ctrl+a');
  screen.type(`http://127.0.0.1:${server.port}`);
  screen.press('Return');
  await says('This server asks for a token.');

  await window.enter('input[name="token"]');
  screen.type('another-token-altogether');
  screen.press('Return');
  await says('This server does not know that token.');

  await window.enter('input[name="token"]');
  screen.press('ctrl+a');
  screen.type(TOKEN);
  screen.press('Return');
  await window.isIn('live');
  await eventually(() => window.title === 'This machine · Tideboard');
  const { mode } = statSync(join(window.data, 'tokens.json'));
  if ((mode & 0o777) !== 0o600) throw new Error(`the token may be read by others: ${mode.toString(8)}`);

  await window.kill();
  await window.start();
  await window.isIn('live');
  await window.increase();
  await eventually(async () => (await field(server, 'counter', 'count', TOKEN)) === 1);
}
