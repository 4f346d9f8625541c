import { equal } from 'node:assert/strict';
import { SAMPLED } from '../harness/board.mjs';
import { boardMenu, openPaste } from '../harness/files.mjs';

export const title = 'axe finds no violation, light or dark, live, with a menu, a form or the details open, offline, and with a conflict';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await finds(ada, hers, 'live');
  // Over a card without controls of its own: axe counts what a menu covers as targets that became too small.
  await hers.openMenu(SAMPLED);
  await finds(ada, hers, 'live, with the menu of a card open');
  await hers.page.keyboard.press('Escape');
  await hers.openMenu(SAMPLED);
  await hers.page.getByRole('menuitem', { name: 'Set up' }).click();
  await hers.page.getByRole('dialog').waitFor();
  await finds(ada, hers, 'live, with a card being set up');
  await hers.page.keyboard.press('Escape');
  await hers.page.keyboard.press('Control+k');
  await hers.page.getByRole('combobox', { name: 'A board, a card' }).fill('tar');
  await hers.page.getByRole('option').first().waitFor();
  await finds(ada, hers, 'live, with something being found');
  await hers.page.keyboard.press('Escape');
  await hers.openDetails();
  await finds(ada, hers, 'live, with the details open');
  await hers.page.keyboard.press('Escape');
  await (await openPaste(hers)).fill('no card');
  await hers.page.getByRole('dialog').getByRole('alert').waitFor();
  await finds(ada, hers, 'live, with what is no card pasted');
  await hers.page.keyboard.press('Escape');
  const list = await boardMenu(hers);
  await list.getByRole('combobox', { name: 'Start with' }).selectOption('A file');
  await list.getByRole('textbox', { name: 'Its text' }).fill('no board');
  await list.getByRole('button', { name: 'Add board' }).click();
  await list.getByRole('alert').waitFor();
  await finds(ada, hers, 'live, with what is no board file given');
  await hers.page.keyboard.press('Escape');

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(25);
  await his.set(17);
  await his.isSettled();
  await finds(ada, hers, 'offline, with an edit waiting');

  ada.network.heal();
  await hers.page.getByRole('button', { name: '2 versions · Choose' }).waitFor();
  await finds(ada, hers, 'with a conflict');
  await hers.openConflicts();
  await hers.conflict().waitFor();
  await finds(ada, hers, 'with a conflict that is open');
}

async function finds(person, board, state) {
  for (const colorScheme of ['dark', 'light']) {
    await board.page.emulateMedia({ colorScheme });
    const violations = await person.violations(board);
    equal(violations.join('\n'), '', `violations on the ${colorScheme} page that is ${state}`);
  }
}
