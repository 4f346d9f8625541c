import { eventually } from '../harness/inspector.mjs';
import { chooseAlone, ownField, ownProcess, ownServerEnded } from '../harness/own_server.mjs';

export const title = 'Windows of several processes have one own server: who is left runs it on, and it ends with the last';

export async function play({ window }) {
  await window.start();
  await chooseAlone(window);
  await window.isIn('live');
  const inProcess = await window.another();
  await inProcess.isIn('live');
  const beside = window.beside();
  try {
    await beside.start();
    await beside.isIn('live');
    const first = ownProcess(window);
    if (first.parent !== window.pid) throw new Error('the second one took it over while the first one ran it');
    await beside.increase();
    await Promise.all([window, inProcess].map((one) => one.counts(1)));

    await window.kill();
    await beside.increase();
    await eventually(() => ownProcess(beside)?.parent === beside.pid);
    await beside.isIn('live');
    await eventually(async () => (await ownField(beside, 'counter', 'count')) === 2);
    const code = await beside.closeByKeys();
    if (code !== 0) throw new Error(`it ended with ${code}`);
    await ownServerEnded(beside);
  } finally {
    await beside.close();
  }
}
