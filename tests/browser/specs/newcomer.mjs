import { equal, match, ok } from 'node:assert/strict';
import { COUNTER, SETPOINT } from '../harness/board.mjs';
import { boardMenu, cards, fileOf } from '../harness/files.mjs';
import { workerIsReady } from '../harness/worker.mjs';

export const title = 'what a newcomer stumbled over: a button stays in sight, a copied card is pasted by its key, a card tells its address, and without the server it is said since when and what is not known';

export async function play(stage) {
  const ada = await stage.person('Ada', { viewport: { width: 900, height: 560 } });
  const board = await ada.open();
  const { page } = board;
  await board.isIn('live');
  await workerIsReady(page);

  // What is wrong with a file, and the button that tries the next one, are both in sight.
  const list = await boardMenu(board);
  await list.getByRole('combobox', { name: 'Start with' }).selectOption('A file');
  await list.getByLabel('Board file').setInputFiles(fileOf('not even JSON'));
  const button = list.getByRole('button', { name: 'Add board' });
  await button.click();
  const alert = list.getByRole('alert');
  await alert.waitFor();
  const panel = await list.boundingBox();
  for (const part of [button, alert]) {
    const { y, height } = await part.boundingBox();
    ok(y >= panel.y && y + height <= panel.y + panel.height, `${y} and ${height} within ${JSON.stringify(panel)}`);
  }
  await page.keyboard.press('Escape');

  // A card that was copied is pasted where nobody types; what is no card is left to the browser.
  await board.openMenu(COUNTER);
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  await page.locator('.banner[data-state="copied"]').waitFor();
  const before = (await cards(board)).length;
  await page.keyboard.press('Control+v');
  await page.waitForFunction((len) => document.querySelectorAll('#board > article').length === len, before + 1);
  equal((await cards(board)).at(-1).title, COUNTER);
  await page.locator(`#board > article:last-of-type:focus`).waitFor();
  const box = board.widget(SETPOINT).getByRole('spinbutton');
  await box.click();
  await page.keyboard.press('Control+v');
  equal((await cards(board)).length, before + 1);
  await page.keyboard.press('Escape');
  await board.isSettled();

  // Its address, by which another program sets it.
  await board.openMenu(SETPOINT);
  await page.getByRole('menuitem', { name: 'Set up' }).click();
  const address = await page.getByRole('dialog').locator('code').textContent();
  match(address, /^boards\/this-machine\/widgets\/\S+$/);
  await page.keyboard.press('Escape');
  const reply = await page.request.post(`${ada.network.url}api/v1/${address}/fields/value`, { data: '23' });
  equal(reply.status(), 200);
  await board.isSetTo(23);

  // Since when the connection is gone is no other time after a reload.
  await page.waitForFunction(() => Number(localStorage.getItem('tideboard met')) > 0);
  await page.evaluate(() => {
    addEventListener('pagehide', () => localStorage.setItem('tideboard met', Date.now() - 2 * 3_600_000));
  });
  const sinceThen = () => page.evaluate(() => {
    const then = new Date(Number(localStorage.getItem('tideboard met')));
    return [then.getHours(), then.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
  });
  await ada.goOffline();
  await page.reload();
  await board.isIn('offline');
  await page.getByRole('button', { name: `Sync: Offline since ${await sinceThen()}` }).waitFor();

  // A board that nobody here has heard of is not promised.
  await page.goto(`${ada.network.url}boards/never-made`, { waitUntil: 'domcontentloaded' });
  await page.getByText('There was none of this name when this device last heard of the boards').waitFor();
}
