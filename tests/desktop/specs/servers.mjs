import { field } from '../harness/server_state.mjs';
import { eventually } from '../harness/inspector.mjs';
import { Server } from '../../browser/harness/server.mjs';

export const title = 'Another server is chosen while the window is open, the first one is remembered, and each keeps its own edits';
export const isOfAPhoneToo = true;

export async function play({ server, window, bundle }) {
  const second = new Server(bundle);
  try {
    await Promise.all([server.start(), second.start()]);
    const [here, there] = [server, second].map(({ port }) => `http://127.0.0.1:${port}`);
    await window.start('--server', here);
    await window.isIn('live');
    await window.increase();
    await window.counts(1);

    await window.askForAnotherServer();
    await window.nameServer(there);
    await window.isIn('live');
    await window.counts(0);
    for (let edit = 0; edit < 2; edit += 1) await window.increase();
    await eventually(async () => (await field(second, 'counter', 'count')) === 2);

    // Back to the first one, which is not asked whether it is there: it is not.
    await server.stop();
    await window.askForAnotherServer();
    await window.until((here) => {
      const button = document.querySelector(`button[data-server="${here}"]`);
      button?.click();
      return button !== null;
    }, here);
    await window.isIn('waiting', 'offline');
    await window.counts(1);
    await window.increase();
    await window.counts(2);
    await server.start();
    await eventually(async () => (await field(server, 'counter', 'count')) === 2);
    if ((await field(second, 'counter', 'count')) !== 2) throw new Error('an edit came to the other server');
  } finally {
    await second.close();
  }
}
