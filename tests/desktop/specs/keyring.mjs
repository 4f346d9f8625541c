import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bus } from '../harness/bus.mjs';
import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';
import { giveToken } from '../harness/token.mjs';

export const title = 'A token is in the keyring where there is one, and moves there from its file; forgetting its server forgets it';

const [FIRST, SECOND] = ['a-token-of-some-length', 'the-token-of-the-other-day'];
export const serverOptions = ['--view-token', 'another-one-of-some-length'];

export async function play({ screen, server, window }) {
  const bus = await Bus.start();
  try {
    await server.start('--edit-token', FIRST);
    const address = `http://127.0.0.1:${server.port}`;
    const kept = () => readFileSync(join(window.data, 'tokens.json'), 'utf8');
    const says = (state) => window.until((state) => document.querySelector('.choosing .note-line[data-state]')?.dataset.state === state, state);
    window.environment = bus.env;

    // There is a bus, and no keyring on it yet.
    await window.start();
    await giveToken(window, screen, address, FIRST, () => says('file'));
    await window.isIn('live');
    await eventually(() => kept().includes(FIRST));
    await window.kill();

    await bus.addKeyring();
    await window.start();
    await window.isIn('live');
    await eventually(() => bus.secretOf(address, window.data) === FIRST);
    await eventually(() => !kept().includes(FIRST));
    await window.kill();

    await window.start();
    await window.isIn('live');
    await window.increase();
    await eventually(async () => (await field(server, 'counter', 'count', FIRST)) === 1);

    // Another one takes its place.
    await server.stop();
    await server.start('--edit-token', SECOND);
    await window.until(() => {
      const button = document.querySelector('.banner[data-state="sign-in"] button');
      button?.click();
      return button !== null;
    });
    await says('keyring');
    await window.enter('input[name="token"]');
    screen.type(SECOND);
    screen.press('Return');
    await window.isIn('live');
    await eventually(() => bus.secretOf(address, window.data) === SECOND);
    if (kept().includes(SECOND)) throw new Error(`it is in the file, too: ${kept()}`);

    await window.askForAnotherServer();
    await window.until((address) => {
      const button = document.querySelector(`button[aria-label="Forget ${address}"]`);
      button?.click();
      return button !== null;
    }, address);
    await eventually(() => bus.secretOf(address, window.data) === undefined);
    await window.kill();

    // A file of before there was a keyring for it.
    writeFileSync(join(window.data, 'tokens.json'), JSON.stringify({ [address]: SECOND }));
    await window.start('--server', address);
    await window.isIn('live');
    await eventually(() => bus.secretOf(address, window.data) === SECOND);
    await eventually(() => !kept().includes(SECOND));
  } finally {
    bus.close();
  }
}
