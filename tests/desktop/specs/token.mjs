import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'A token that is no good any more is asked for in the open window, and what waited is sent with the new one';
export const isOfAPhoneToo = true;

const [BEFORE, NOW, WATCHING] = ['the-token-of-before', 'the-token-of-today', 'a-token-to-look-on'];

export async function play({ screen, server, window }) {
  await server.start('--edit-token', BEFORE, '--view-token', WATCHING);
  await window.start('--server', `http://127.0.0.1:${server.port}`, '--token', BEFORE);
  await window.isIn('live');
  await server.stop();
  await window.isIn('waiting', 'offline');
  await window.increase();
  await window.counts(1);

  await server.start('--edit-token', NOW, '--view-token', WATCHING);
  await window.until(() => {
    const button = [...document.querySelectorAll('.banner[data-state="sign-in"] button')].at(0);
    button?.click();
    return button !== undefined;
  });
  await window.until(() => document.querySelector('input[name="server"]')?.value.startsWith('http://127.0.0.1:'));
  await window.enter('input[name="token"]');
  screen.type(NOW);
  screen.press('Return');
  await window.isIn('live');
  await eventually(async () => (await field(server, 'counter', 'count', NOW)) === 1);
}
