import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/inspector.mjs';
import { Apart, chooseAlone, ownField, ownServerEnded, ownServerIsMissed, ownServerIsRefused } from '../harness/own_server.mjs';

export const title = 'An own server that never answers is ended and tried again, and who holds its boards is named; a person may go elsewhere, and nothing is lost';

export async function play({ screen, server, program }) {
  await server.start();
  const apart = new Apart(program, screen);
  const { folder, window } = apart;
  const tries = join(folder, 'tries');
  const hangs = () => apart.serveBy((place) => writeFileSync(place, `#!/bin/sh\necho $$ >> ${tries}\nexec sleep 1000\n`, { mode: 0o755 }));
  let holder;
  try {
    // At the first run, where nothing is known yet.
    hangs();
    await window.start();
    await chooseAlone(window);
    await ownServerIsRefused(window, 'did not answer within 10 seconds');
    const [first] = readFileSync(tries, 'utf8').split('\n');
    await eventually(() => !existsSync(`/proc/${first}`));
    await eventually(() => readFileSync(tries, 'utf8').trim().split('\n').length === 2);
    apart.serve();
    await chooseAlone(window);
    await window.isIn('live');
    await window.increase();
    await eventually(async () => (await ownField(window, 'counter', 'count')) === 1);
    await window.kill();
    await ownServerEnded(window);

    // Where its boards are known they are shown, and edited; a person turns to another server and comes back.
    hangs();
    await window.start();
    await window.counts(1);
    await window.increase();
    await ownServerIsMissed(window, 'did not answer within 10 seconds');
    await window.press('Another server');
    await window.nameServer(`http://127.0.0.1:${server.port}`);
    await window.isIn('live');
    await window.counts(0);
    apart.serve();
    await window.askForAnotherServer();
    await chooseAlone(window);
    await window.isIn('live');
    await window.counts(2);
    await eventually(async () => (await ownField(window, 'counter', 'count')) === 2);
    await window.kill();
    await ownServerEnded(window);

    // Somebody else has its turn, and tells no door.
    rmSync(join(window.data, 'own'), { recursive: true });
    mkdirSync(join(window.data, 'own'));
    holder = spawn('flock', ['--no-fork', join(window.data, 'own/windows.lock'), 'sleep', '1000'], { stdio: 'ignore' });
    await window.start();
    await window.until((pid) => document.querySelector('.choosing[data-state="not-started"] [role="alert"]')?.textContent.includes(`sleep, process ${pid}`), holder.pid);
    await window.press('Try again');
    await window.until(() => document.querySelector('.choosing')?.dataset.state === 'starting');
    await window.until(() => document.querySelector('.choosing')?.dataset.state === 'not-started');
    await window.press('Another server');
    await window.until(() => document.querySelector('.choosing[data-state="choosing"] button[data-server="own"]') !== null);
    holder.kill();
    await chooseAlone(window);
    await window.isIn('live');
  } finally {
    holder?.kill();
    await apart.close();
  }
}
