import { SAMPLED } from '../harness/board.mjs';

export const title = 'a server killed and started again under load keeps every edit, once';

/** Edits before, during and after the server is gone. */
const EDITS = 10;

export async function play(stage) {
  const server = await stage.server();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  await increase(hers, EDITS);
  await Promise.all([increase(hers, EDITS), server.kill()]);
  await increase(his, EDITS);
  await hers.isIn('waiting', 'offline');
  // A live value of then is not taken for one of now.
  await hers.widget(SAMPLED).locator('.card-age').getByText(/^\d+\ss ago$/).waitFor();

  await server.start();
  await increase(hers, EDITS);
  await Promise.all([hers.isSettled(), his.isSettled()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await Promise.all([hers.counts(4 * EDITS), his.counts(4 * EDITS)]);
}

async function increase(board, times) {
  for (let done = 0; done < times; done += 1) await board.increase();
}
