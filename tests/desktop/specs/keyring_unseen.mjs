import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Bus } from '../harness/bus.mjs';
import { eventually } from '../harness/inspector.mjs';
import { giveToken } from '../harness/token.mjs';

export const title = 'A keyring that asks for its password where nobody sees it is gone on without: the token is in a file of its owner, and the page says so';

const TOKEN = 'a-token-of-some-length';
export const serverOptions = ['--view-token', 'another-one-of-some-length'];

export async function play({ screen, server, window }) {
  const bus = await Bus.start();
  try {
    await server.start('--edit-token', TOKEN);
    const address = `http://127.0.0.1:${server.port}`;
    const file = join(window.data, 'tokens.json');
    const isInFile = async () => {
      await eventually(() => readFileSync(file, 'utf8').includes(TOKEN));
      if ((statSync(file).mode & 0o777) !== 0o600) throw new Error('others may read it');
    };
    window.environment = bus.env;
    await bus.addKeyring();
    await window.start();
    await giveToken(window, screen, address, TOKEN);
    await window.isIn('live');
    await eventually(() => bus.secretOf(address, window.data) === TOKEN);
    await window.kill();

    // At a start: the token is there, and nobody gives the password.
    await bus.lockKeyring(screen);
    await window.start();
    await goOnWithoutIt(window);
    await window.until(() => {
      const button = document.querySelector('.banner[data-state="sign-in"] button');
      button?.click();
      return button !== null;
    });
    await window.until(() => document.querySelector('.choosing .note-line[data-state="file"]') !== null);
    await window.enter('input[name="token"]');
    screen.type(TOKEN);
    screen.press('Return');
    await window.isIn('live');
    await isInFile();
    await window.kill();

    // From then on it is not asked for what is in the file.
    await window.start();
    await window.isIn('live');
    await window.kill();

    // At the first run: the token is given, and there is nobody to take it.
    rmSync(file);
    rmSync(join(window.data, 'window.json'));
    await window.start();
    await giveToken(window, screen, address, TOKEN);
    await goOnWithoutIt(window);
    await window.isIn('live');
    await isInFile();
  } finally {
    bus.close();
  }
}

async function goOnWithoutIt(window) {
  await window.until(() => {
    const button = document.querySelector('.choosing[data-state="opening"] button');
    if (button?.textContent !== 'Go on without it') return false;
    button.click();
    return true;
  });
}
