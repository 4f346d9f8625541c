import { equal, match, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { eventually } from '../../desktop/harness/inspector.mjs';
import { Machine, whyNoMachine } from '../harness/machine.mjs';

export const title = 'systemd starts the unit as its guide says, shut in, and after a crash again; it takes up its file of settings, and ends it with all it has';
export const leftOut = whyNoMachine;

const TOKEN = 'at-least-sixteen-characters';

export async function play({ unpacked, closes }) {
  const machine = await Machine.start(`
    install -m 755 ${join(unpacked, 'tideboard')} $root/usr/local/bin/tideboard
    install -m 644 ${join(unpacked, 'tideboard.service')} $root/etc/systemd/system/tideboard.service`);
  closes(() => machine.close());
  const client = (port, ...what) => ['/usr/local/bin/tideboard', ...what, '--server', `http://127.0.0.1:${port}`, '--data', '/tmp/outbox'];
  const property = (name) => machine.asks('systemctl', 'show', '--property', name, '--value', 'tideboard');
  const isReady = (port) => eventually(async () => (await machine.tries('curl', '--silent', `http://127.0.0.1:${port}/readyz`)).stdout === 'ready');

  await machine.asks('systemctl', 'daemon-reload');
  await machine.asks('systemctl', 'enable', '--now', 'tideboard');
  await isReady(8080);
  await machine.asks(...client(8080, 'add', 'this-machine', 'counter.count', '3'));

  const pid = await property('MainPID');
  const status = await machine.asks('cat', `/proc/${pid}/status`);
  ok(Number(/^Uid:\t(\d+)/m.exec(status)[1]) > 60_000, 'it is a user of its own');
  match(status, /^CapEff:\t0+$/m);
  match(status, /^NoNewPrivs:\t1$/m);
  match(status, /^Seccomp:\t2$/m);
  equal(await machine.asks('stat', '--format=%a', '/var/lib/private/tideboard'), '700');

  // It crashes.
  await machine.asks('kill', '-KILL', pid);
  await eventually(async () => (await property('NRestarts')) === '1');
  await isReady(8080);
  equal(await machine.asks(...client(8080, 'get', 'this-machine', 'counter.count')), '3');

  // Its settings.
  const settings = `PORT=9090\\nIP=0.0.0.0\\nTIDEBOARD_EDIT_TOKEN=${TOKEN}\\nTIDEBOARD_VIEW_TOKEN=another-one-of-that-length\\n`;
  await machine.asks('bash', '-c', `umask 077 && printf '${settings}' > /etc/tideboard.env`);
  await machine.asks('systemctl', 'restart', 'tideboard');
  await isReady(9090);
  const board = ['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}', 'http://127.0.0.1:9090/api/v1/boards/this-machine'];
  equal(await machine.asks(...board), '401');
  equal(await machine.asks(...board, '--header', `Authorization: Bearer ${TOKEN}`), '200');

  await machine.asks('systemctl', 'stop', 'tideboard');
  equal(await property('Result'), 'success');
  equal(await property('ExecMainStatus'), '0');
  const kept = await machine.asks('ls', '/var/lib/private/tideboard');
  ok(kept.includes('tideboard.db') && !kept.includes('-wal'), kept);
}
