import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const title = 'what waits for a server is listed while another one is at its address, sent nowhere, and goes when the first one is back';

export async function play(stage) {
  const server = await stage.server();
  const ada = await stage.person('Ada');
  const hers = await ada.open();
  await hers.isIn('live');
  await server.kill();
  await hers.isIn('waiting', 'offline');
  await hers.increase();
  await hers.increase();
  await hers.keeps(2);

  // As after a lost drive: the same address, and nothing that was there.
  const another = stage.anotherServer();
  another.port = server.port;
  await another.start();
  await hers.isIn('live');
  await hers.counts(0);
  const { page } = hers;
  const listed = page.locator('[data-state="another-server"] .entry');
  for (const look of ['in the open page', 'after a new start']) {
    await page.getByRole('button', { name: 'Waiting edits: 2 for another server' }).click();
    await page.getByText('2 edits wait for another server.').waitFor();
    await listed.nth(1).waitFor();
    deepEqual(await listed.count(), 2, look);
    // The counter of this server has the same name, and is another one.
    deepEqual(await listed.locator('.entry-what').allTextContents(), Array(2).fill('counter on this-machine'), look);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const waiting = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
    deepEqual(waiting.map(({ state, widget }) => [state, widget]), Array(2).fill(['another-server', 'counter']));
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
