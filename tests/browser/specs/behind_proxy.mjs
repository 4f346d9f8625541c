import { COUNTER, SAMPLED } from '../harness/board.mjs';
import { Proxy } from '../harness/proxy.mjs';

export const title = 'behind nginx and Caddy as the guide has them: live; by requests without the upgrade; and live again after each cut';

const EDIT = 'edit-0123456789abcdef';

export async function play(stage) {
  const server = await stage.server('--proxy', '127.0.0.1', '--edit-token', EDIT, '--view-token', 'view-0123456789abcdef');
  // A socket that is refused is logged by the browser itself.
  const behind = async (name, proxy) => {
    const person = await stage.person(name, {}, stage.closes(await proxy).port);
    person.expects(/WebSocket connection to|net::ERR_|status of 50[24]/);
    return person.signIn(EDIT);
  };
  const ada = await behind('Ada', Proxy.nginx(server.port));
  const ben = await behind('Ben', Proxy.caddy(server.port));
  await Promise.all([ada.isIn('live'), ben.isIn('live')]);
  await ada.increase();
  await ben.counts(1);
  await ben.increase();
  await ada.counts(2);
  await ada.cardIs('live', SAMPLED);

  // Set up anew without the two lines: whoever asks for an upgrade is not heard.
  const proxy = await Proxy.nginx(server.port);
  const cam = await behind('Cam', proxy);
  await cam.isIn('live');
  await proxy.close();
  stage.closes(await Proxy.nginx(server.port, (text) => text.replace(/^.*proxy_set_header (Upgrade|Connection).*$/gm, ''), proxy.port));
  await cam.isIn('by-requests');
  await cam.cardIs('by-requests', COUNTER);
  await cam.increase();
  await ada.counts(3);
  await ben.increase();
  await cam.counts(4);

  // Shorter than the second between two samples: no socket lives longer than that.
  const dee = await behind('Dee', Proxy.nginx(server.port, (text) => text.replace('proxy_read_timeout 60s', 'proxy_read_timeout 500ms')));
  await isCutTwice(dee);
  await dee.increase();
  await ada.counts(5);
  await ada.increase();
  await dee.counts(6);
  await dee.isSettled();
  await dee.isIn('live');
}

/** Resolves when two sockets that were open have been closed, and a third one was opened. */
async function isCutTwice({ page }) {
  for (let cut = 0; cut < 2; cut += 1) {
    const socket = await page.waitForEvent('websocket', (one) => one.url().includes('/api/v1/socket'));
    await socket.waitForEvent('close');
  }
  await page.waitForEvent('websocket');
}
