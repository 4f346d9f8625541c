import { equal } from 'node:assert/strict';
import { scriptIn, scriptOf } from '../harness/release.mjs';
import { keeps, workerIsReady } from '../harness/worker.mjs';

export const title = 'pages of the release before go on with a server of this one, and none loses a word or an edit; the next page is of this one';

const NOTE = 'Note';

export async function play(stage) {
  const [before, now] = [stage.previous, stage.bundle].map(scriptIn);
  const server = await stage.previousServer();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  equal(await scriptOf(hers.page), before);
  const old = await workerIsReady(hers.page);

  // With something in its outbox and a word in a box it meets the new server.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.keeps(1);
  const note = hers.widget(NOTE).getByRole('textbox', { name: 'Text' });
  await note.fill('Written before the new release');
  await server.stop();
  await server.startOf(stage.bundle);
  ada.network.heal();
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.isSettled();
  await Promise.all([hers.counts(1), his.counts(1), says(his, 'Written before the new release')]);
  equal(await scriptOf(hers.page), before);
  equal(await hers.page.locator('.lines .banner[data-state^="page-"]').count(), 0, 'each can read what the other says');

  // What only the new one has it shows as far as it can, and edits all else.
  await his.page.reload();
  await his.isIn('live');
  equal(await scriptOf(his.page), now);
  await his.add('Timer', 'Tea');
  await hers.widget('Tea').getByText('This page doesn’t know widgets of the kind “timer”.').waitFor();
  await hers.increase();
  await hers.isSettled();
  await Promise.all([hers.counts(2), his.counts(2)]);

  // What it can't read at all it says, and keeps what is typed on.
  await remove(his, 'Coffees');
  await hers.widget('Coffees').waitFor({ state: 'detached' });
  await his.isSettled();
  await his.page.keyboard.press('Control+z');
  await his.widget('Coffees').waitFor();
  const line = hers.page.locator('.lines .banner[data-state="page-older"]');
  await line.getByText('This program is older than its server: update it, or reload the page.').waitFor();
  await note.fill('Written on after it');
  await line.getByText('Your 1 edit waits safely.').waitFor();
  await hers.set(23);
  await hers.keeps(2);
  await line.getByText('Your 2 edits wait safely.').waitFor();
  await says(his, 'Written before the new release');
  await line.getByRole('link', { name: 'Reload' }).click();
  await hers.isIn('live');
  equal(await scriptOf(hers.page), now);
  await hers.isSettled();
  await Promise.all([hers, his].flatMap((board) => [board.counts(2), board.isSetTo(23), says(board, 'Written on after it')]));
  await hers.widget('Tea').getByText('5:00').waitFor();
  equal(await line.count(), 0);

  // So is what opens without a server from then on.
  await keeps(hers.page, new RegExp(`^(?!${old})[^,]+$`));
  await workerIsReady(hers.page);
  await ada.goOffline();
  await hers.increase();
  await hers.keeps(1);
  await hers.page.reload();
  await hers.counts(3);
  equal(await scriptOf(hers.page), now);
  await ada.goOnline();
  await hers.isIn('live');
  await hers.isSettled();
  await his.counts(3);
}

async function remove(board, title) {
  await board.openMenu(title);
  await board.page.getByRole('menuitem', { name: 'Remove' }).click();
  await board.widget(title).waitFor({ state: 'detached' });
}

/** Resolves when the note says so. */
async function says(board, text) {
  const box = await board.widget(NOTE).getByRole('textbox').elementHandle();
  await board.page.waitForFunction(([box, text]) => box.value === text, [box, text]);
}
