import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const title = 'what waits for a server is listed while another one is at its address, sent nowhere, and goes when the first one is back, but for what is discarded';

export async function play(stage) {
  const server = await stage.server();
  const ada = await stage.person('Ada');
  const hers = await ada.open();
  await hers.isIn('live');
  await server.kill();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.increase();
  await hers.increase();
  await hers.keeps(3);

  // As after a lost drive: the same address, and nothing that was there.
  const another = stage.anotherServer();
  another.port = server.port;
  await another.start();
  await hers.isIn('live');
  await hers.counts(0);
  const { page } = hers;
  const listed = page.locator('[data-state="another-server"] .entry');
  for (const [look, left] of [['in the open page', 3], ['after a new start', 3], ['and after one was discarded', 2]]) {
    await page.getByRole('button', { name: `Waiting edits: ${left} for another server` }).click();
    await page.getByText(`${left} edits wait for another server.`).waitFor();
    await listed.nth(left - 1).waitFor();
    deepEqual(await listed.count(), left, look);
    // The counter of this server has the same name, and is another one.
    deepEqual(await listed.locator('.entry-what').allTextContents(), Array(left).fill('counter on this-machine'), look);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const waiting = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
    deepEqual(waiting.map(({ state, widget }) => [state, widget]), Array(left).fill(['another-server', 'counter']));
    if (look === 'after a new start') {
      await listed.first().getByRole('button', { name: 'Discard' }).click();
      await page.getByText('2 edits wait for another server.').waitFor();
    }
    await page.reload();
    await hers.isIn('live');
  }

  await another.kill();
  await server.start();
  await hers.counts(2);
  await hers.isSettled();
  await page.getByRole('button', { name: 'Waiting edits: Nothing waits' }).click();
  await page.getByText('Everything you changed is on the server').waitFor();
  deepEqual(await listed.count(), 0);
}
