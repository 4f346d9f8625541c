import { equal } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';
import { workerIsReady } from '../harness/worker.mjs';

export const title = 'two versions outlive the page and the server, and so does the choice while it is on its way: nobody is asked twice';

export async function play(stage) {
  const server = await stage.server();
  const { ada, hers: before, his } = await stage.oneCutOff();
  await before.set(24);
  await before.keeps(1);
  await before.page.reload();
  await before.isSetTo(24);
  await his.set(18);
  await his.isSettled();
  await before.page.close();
  await server.kill();
  await server.start();

  // Opened where there is no network yet; then there is, and what it means is known.
  const hers = await ada.open();
  await hers.isSetTo(24);
  ada.network.heal();
  await asks(hers, '24 °C', '18 °C');

  // What is to be decided waits on this device, whatever becomes of page, network and server.
  ada.network.cut();
  await hers.page.reload();
  await asks(hers, '24 °C', '18 °C');
  await server.kill();
  await server.start();
  ada.network.heal();
  await hers.isIn('decide');
  await asks(hers, '24 °C', '18 °C');

  // Her choice is lost on its way, with the server that it was sent to.
  ada.network.stall('up');
  await chooses(hers, 'Keep mine');
  await hers.isSetTo(24);
  await server.kill();
  await server.start();
  await his.isIn('live');
  await his.isSetTo(18);
  ada.network.heal();
  await isDecided(24);

  // The next one arrives; the answer is lost, with the server that gave it, and with the page that waits for it.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(25);
  await hers.keeps(1);
  await his.set(17);
  await his.isSettled();
  ada.network.heal();
  await asks(hers, '25 °C', '17 °C');
  await workerIsReady(hers.page);
  ada.network.stall('down');
  await chooses(hers, 'Keep mine');
  await his.isSetTo(25);
  await server.kill();
  await hers.page.reload();
  await hers.isSetTo(25);
  await server.start();
  ada.network.heal();
  await isDecided(25);

  async function isDecided(value) {
    await Promise.all([hers.isSettled(), his.isSettled()]);
    await Promise.all([hers.isIn('live'), his.isIn('live')]);
    await Promise.all([hers.isSetTo(value), his.isSetTo(value)]);
    await hers.page.reload();
    await hers.isIn('live');
    await hers.isSetTo(value);
    for (const { page } of [hers, his]) equal(await page.getByText('2 versions').count(), 0);
  }
}

/** One question: before, mine and theirs. */
async function asks(board, mine, theirs) {
  await board.openConflicts();
  const card = board.conflict();
  for (const [side, value] of [['mine', mine], ['theirs', theirs]]) {
    await card.locator(`[data-side="${side}"]`, { hasText: value }).waitFor();
  }
  await card.locator('[data-side="before"]', { hasText: '°C' }).waitFor();
  equal(await board.page.getByRole('region', { name: 'Conflicts' }).getByRole('article').count(), 1);
  await card.press('Escape');
  await card.waitFor({ state: 'hidden' });
}

async function chooses(board, choice) {
  await board.openConflicts();
  const card = board.conflict(SETPOINT);
  await card.getByRole('button', { name: choice }).click();
  await card.waitFor({ state: 'detached' });
}
