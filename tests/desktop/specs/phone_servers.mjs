import { Server } from '../../browser/harness/server.mjs';
import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'Below its board the app has the way to another server, and back to one that it knows';
export const isOfAPhone = true;

export async function play({ screen, server, window, bundle }) {
  const second = new Server(bundle);
  try {
    await Promise.all([server.start(), second.start()]);
    const [here, there] = [server, second].map(({ port }) => `http://127.0.0.1:${port}`);
    await window.start('--server', here);
    await window.isIn('live');
    await window.increase();
    await window.counts(1);
    await window.press('Another server');
    await window.enter('input[name="server"]');
    screen.type(there);
    screen.press('Return');
    await window.isIn('live');
    await window.counts(0);
    await server.kill();
    await window.press('Another server');
    await window.press(here);
    await window.counts(1);
    await window.increase();
    await window.keeps(1);
    await server.start();
    await eventually(async () => (await field(server, 'counter', 'count')) === 2);
  } finally {
    await second.close();
  }
}
