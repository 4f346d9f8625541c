import { deepEqual, equal } from 'node:assert/strict';
import { COUNTER } from '../harness/board.mjs';
import { workerIsReady } from '../harness/worker.mjs';

export const title = 'edits that wait are their author’s: through an ended session, a sign-out, and another person on the device; what may not be sent is listed';

const EDIT = 'edit-0123456789abcdef';
const VIEW = 'view-0123456789abcdef';

export async function play(stage) {
  const server = await stage.server('--edit-token', EDIT, '--view-token', VIEW);
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.signIn(EDIT), ben.signIn(EDIT)]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await workerIsReady(hers.page);
  let sent = 0;

  // The session ends while two of hers wait: it is kept in the memory of a server that ends.
  await waits(2);
  await server.kill();
  await server.start();
  await his.isIn('sign-in');
  await signsIn(his, EDIT);
  ada.network.heal();
  await hers.isIn('sign-in');
  await hers.counts(2);
  await hers.keeps(2);
  await his.counts(0);
  await signsIn(hers, EDIT);
  await arrives(2);

  // Signed out with one that waits: nobody sees or sends it, with the server or without.
  await waits(1);
  await session('delete');
  ada.network.heal();
  await hers.isIn('sign-in');
  await ada.goOffline();
  await hers.page.goto(ada.network.url);
  await hers.page.getByRole('heading', { name: 'This board is not on this device yet.' }).waitFor();
  await hers.isSettled();
  await ada.goOnline();
  await hers.page.goto(ada.network.url);
  await gives(hers, VIEW);
  await isAnothers();
  await session('post', EDIT);
  await hers.page.reload();
  await arrives(1);

  // Somebody else signs in beside her open page, which is theirs from then on.
  await waits(1);
  await session('post', VIEW);
  ada.network.heal();
  await isAnothers();

  // They edit where it is not known yet that they may not: that is kept, and listed with the reason.
  await ada.goOffline();
  await hers.page.reload();
  await hers.increase();
  await hers.keeps(1);
  await ada.goOnline();
  await isRefused();
  await hers.page.reload();
  await isRefused();

  // She finds hers, and nothing of theirs; and they find theirs.
  await session('post', EDIT);
  await hers.page.reload();
  await arrives(1);
  await session('post', VIEW);
  await hers.page.reload();
  await isRefused();

  async function waits(count) {
    ada.network.cut();
    await hers.isIn('waiting', 'offline');
    for (let edits = 0; edits < count; edits += 1) await hers.increase();
    await hers.counts(sent + count);
    await hers.keeps(count);
  }

  /** What waited is with everybody, once. */
  async function arrives(count) {
    sent += count;
    await hers.isIn('live');
    await hers.isSettled();
    await Promise.all([hers.counts(sent), his.counts(sent)]);
    equal(await hers.page.getByText('Not accepted').count(), 0);
  }

  /** The page is of somebody who may look only, and has nothing of hers. */
  async function isAnothers() {
    await hers.page.getByText('View only').waitFor();
    await hers.isIn('live');
    await hers.isSettled();
    await Promise.all([hers.counts(sent), his.counts(sent)]);
  }

  async function isRefused() {
    await hers.isIn('decide');
    await hers.widget(COUNTER).getByRole('alert').filter({ hasText: 'You may watch this board, not change it.' }).waitFor();
    const { waiting } = await hers.exports();
    deepEqual(waiting.map(({ state, widget }) => [state, widget]), [['not-accepted', 'counter']]);
    await Promise.all([hers.counts(sent), his.counts(sent)]);
  }

  /** Signs this device in or out, whatever its network is like. */
  async function session(method, token) {
    const { request } = hers.page.context();
    const answer = await request[method](`http://localhost:${server.port}/api/v1/session`, { form: token && { token } });
    equal(answer.ok(), true, `${answer.status()}: ${await answer.text()}`);
  }
}

/** By the page's own way to do so. */
async function signsIn(board, token) {
  await board.openDetails();
  await board.page.getByRole('link', { name: 'Sign in' }).click();
  await gives(board, token);
}

async function gives({ page }, token) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Open the board' }).click();
}
