import { equal } from 'node:assert/strict';

export const title = 'axe finds no violation, live, offline, and with a conflict';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await finds(ada, hers, 'live');

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(25);
  await his.set(17);
  await his.isSettled();
  await finds(ada, hers, 'offline, with an edit waiting');

  ada.network.heal();
  await hers.conflict().waitFor();
  await finds(ada, hers, 'with a conflict');
}

async function finds(person, board, state) {
  const violations = await person.violations(board);
  equal(violations.join('\n'), '', `violations on the page that is ${state}`);
}
