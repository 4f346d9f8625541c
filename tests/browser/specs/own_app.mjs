import { equal } from 'node:assert/strict';
import { Example } from '../harness/example.mjs';

export const title = 'an app of one’s own: two people load a pallet, offline too, and its own route answers';

const PALLET = 'Pallet 1';

export async function play(stage) {
  const app = stage.closes(new Example());
  await app.start();
  const [ada, ben] = await Promise.all(['Ada', 'Ben'].map((name) => stage.person(name, {}, app.port)));
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  await load(hers);
  await his.counts(1, PALLET);
  await load(his);
  await hers.counts(2, PALLET);

  await ada.goOffline();
  await hers.isIn('offline');
  await load(hers);
  await hers.counts(3, PALLET);
  await hers.keeps(1);
  await load(his);
  await his.counts(3, PALLET);
  await ada.goOnline();
  await Promise.all([hers.isSettled(), hers.counts(4, PALLET), his.counts(4, PALLET)]);
  await hers.page.reload();
  await hers.isIn('live');
  await hers.counts(4, PALLET);

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await goesTo(hers, 'B');
  await hers.keeps(1);
  await goesTo(his, 'C');
  await his.isSettled();
  ada.network.heal();
  await hers.openConflicts();
  const card = hers.conflict(PALLET);
  await card.getByRole('button', { name: 'Keep mine' }).click();
  await card.waitFor({ state: 'detached' });
  await hers.isSettled();
  await his.page.waitForFunction(() => document.querySelector('select')?.value === 'B');

  equal(await hers.page.evaluate(() => fetch('/hours').then((reply) => reply.text())), 'Open from 6 to 22.');
}

async function load(board) {
  await board.widget(PALLET).getByRole('button', { name: 'Load a box' }).click();
}

async function goesTo(board, dock) {
  await board.widget(PALLET).getByLabel('Dock').selectOption(dock);
}
