import { deepEqual, equal } from 'node:assert/strict';
import { STATUS } from '../harness/board.mjs';
import { scriptIn, scriptOf } from '../harness/release.mjs';
import { keeps, workerIsReady } from '../harness/worker.mjs';

export const title = 'tabs of two releases share one device: what is edited in either arrives once, whichever of them sends, offline and loaded again too';

export async function play(stage) {
  const [before, now] = [stage.previous, stage.bundle].map(scriptIn);
  const server = await stage.previousServer();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const old = await ada.open();
  await old.isIn('live');
  const kept = await workerIsReady(old.page);
  await server.stop();
  await server.startOf(stage.bundle);
  await old.isIn('live');
  const [fresh, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([fresh.isIn('live'), his.isIn('live')]);
  deepEqual(await Promise.all([old, fresh].map(({ page }) => scriptOf(page))), [before, now]);
  await keeps(fresh.page, new RegExp(`^(?!${kept})[^,]+$`));
  const older = old.page.locator('.lines .banner[data-state="page-older"]');

  // The older one was there first, and sends for both what it can read.
  await sends(old.page);
  await old.increase();
  await Promise.all([old, fresh, his].map((board) => board.counts(1)));
  await Promise.all([old.isSettled(), fresh.isSettled()]);
  await sends(old.page);

  // What the newer one makes it leaves to that, and gives it its turn; which sends for both from then on.
  await fresh.increase();
  await older.getByText('This page is older than what this browser has stored.').waitFor();
  await Promise.all([old, fresh, his].map((board) => board.counts(2)));
  await Promise.all([old.isSettled(), fresh.isSettled()]);
  await sends(fresh.page);
  await old.increase();
  await Promise.all([old, fresh, his].map((board) => board.counts(3)));
  await old.isSettled();

  // Without a network both keep what is edited: the newer one also what the older one can't read, which it lists.
  await remove(fresh, STATUS);
  await Promise.all([fresh.isSettled(), his.widget(STATUS).waitFor({ state: 'detached' })]);
  await ada.goOffline();
  await old.increase();
  await fresh.counts(4);
  await fresh.increase();
  await old.counts(5);
  await fresh.page.keyboard.press('Control+z');
  await fresh.counts(4);
  await fresh.page.keyboard.press('Control+z');
  await fresh.widget(STATUS).waitFor();
  await old.set(23);
  await fresh.isSetTo(23);
  await fresh.page.reload();
  equal(await scriptOf(fresh.page), now);
  await Promise.all([fresh.counts(4), fresh.widget(STATUS).waitFor(), fresh.isSetTo(23)]);
  equal(await old.widget(STATUS).count(), 0);
  await ada.goOnline();
  await fresh.isIn('live');
  await fresh.isSettled();
  await Promise.all([his.counts(4), his.isSetTo(23), his.widget(STATUS).waitFor()]);

  // A server that says what it can't read again and again it leaves alone. What is edited there arrives all the same, though it is its turn.
  await old.isIn('live', 'closed');
  await old.widget(STATUS).waitFor();
  await remove(his, STATUS);
  await Promise.all([old, fresh].map((board) => board.widget(STATUS).waitFor({ state: 'detached' })));
  await his.page.keyboard.press('Control+z');
  await old.isIn('closed');
  await older.getByText('This program is older than its server: update it, or reload the page.').waitFor();
  await fresh.page.reload();
  await fresh.isIn('live');
  await sends(old.page);
  await old.increase();
  await Promise.all([fresh, his].map((board) => board.counts(5)));
  await Promise.all([old.isSettled(), fresh.isSettled()]);

  await older.getByRole('link', { name: 'Reload' }).click();
  await old.isIn('live');
  equal(await scriptOf(old.page), now);
  await Promise.all([old, fresh, his].flatMap((board) => [board.counts(5), board.isSetTo(23), board.widget(STATUS).waitFor()]));
  await Promise.all([old.isSettled(), fresh.isSettled()]);
}

async function remove(board, title) {
  await board.openMenu(title);
  await board.page.getByRole('menuitem', { name: 'Remove' }).click();
  await board.widget(title).waitFor({ state: 'detached' });
}

/** Resolves when this page is the one that sends for all of its browser. */
async function sends(page) {
  await page.evaluate(async () => {
    const isIt = async () => {
      const mark = crypto.randomUUID();
      const { held } = await navigator.locks.request(mark, () => navigator.locks.query());
      const { clientId: me } = held.find(({ name }) => name === mark);
      return held.some(({ name, clientId }) => name.startsWith('tideboard-send-') && clientId === me);
    };
    while (!(await isIt())) await new Promise(requestAnimationFrame);
  });
}
