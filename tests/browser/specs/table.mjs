import { equal, match } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { COUNTER } from '../harness/board.mjs';

export const title = 'a table of twelve series that a script posts is sorted by its headings, filtered by letters while values come, and taken away as CSV';

const TANKS = ['aft', 'bilge', 'bow', 'day', 'fresh', 'grey', 'hold', 'lube', 'port', 'sludge', 'starboard', 'wing'];

export async function play(stage) {
  const server = await stage.server();
  const ada = await stage.person('Ada');
  const hers = await ada.open();
  await hers.isIn('live');
  const post = (values) => {
    const body = values.map((value, at) => `tank.${TANKS[at]} ${value}`).join('\n');
    return fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body });
  };
  // Each tank holds as many litres as its place in the alphabet, but the first, which is the fullest.
  equal((await post(TANKS.map((_, at) => (at === 0 ? 99 : at)))).status, 200);
  await hers.add('Table', 'Tanks', 'tank.*');
  const table = hers.widget('Tanks');
  const card = await table.elementHandle();
  // What is just fading has too little contrast by then.
  const isAccessible = async () => {
    await hers.page.evaluate(() => Promise.allSettled(document.getAnimations().map((one) => one.finished)));
    equal((await ada.violations(hers)).join('\n'), '');
  };
  // So many rows, and these first.
  const shows = (count, ...first) =>
    hers.page.waitForFunction(
      ([card, count, first]) => {
        const labels = [...card.querySelectorAll('tbody tr')].map((row) => row.firstElementChild.textContent);
        return labels.length === count && first.every((label, at) => labels[at] === label);
      },
      [card, count, first],
    );
  await shows(TANKS.length, ...TANKS);
  await table.getByRole('row', { name: /^aft 99 \S/ }).waitFor();
  await isAccessible();

  // Of numbers the greatest come first, then the least, then all as they were.
  const heading = (name) => table.getByRole('columnheader', { name });
  const value = heading('Value').getByRole('button');
  await value.click();
  await shows(TANKS.length, 'aft', 'wing', 'starboard');
  equal(await heading('Value').getAttribute('aria-sort'), 'descending');
  await value.press('Enter');
  await shows(TANKS.length, 'bilge', 'bow', 'day');
  equal(await heading('Value').getAttribute('aria-sort'), 'ascending');

  // Letters of any case, in an order that stays, and the box keeps them and the focus while values come.
  const box = table.getByRole('searchbox', { name: 'Filter of Tanks' });
  await box.fill('B');
  await shows(4, 'bilge', 'bow', 'lube', 'starboard');
  await post(TANKS.map((_, at) => 50 - at));
  await table.getByRole('row', { name: 'bow 48' }).waitFor();
  await shows(4, 'starboard', 'lube', 'bow', 'bilge');
  equal(await box.evaluate((element) => document.activeElement === element && element.value), 'B');
  await box.press('End');
  await hers.page.keyboard.type('zz');
  await table.getByText('No row has these letters.').waitFor();
  await isAccessible();
  await box.fill('');
  await shows(TANKS.length, 'wing');

  await hers.openMenu('Tanks');
  const entry = hers.page.getByRole('menuitem', { name: 'Download CSV' });
  await hers.page.keyboard.press('End');
  await hers.page.keyboard.press('ArrowUp');
  await hers.hasFocus('menuitem', 'Download CSV');
  await isAccessible();
  const saving = hers.page.waitForEvent('download');
  await hers.page.keyboard.press('Enter');
  const file = await saving;
  match(file.suggestedFilename(), /\.csv$/);
  const [head, ...rows] = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  equal(head, ['time', ...TANKS.map((tank) => `tank.${tank}`)].join(','));
  match(rows.at(-1), /^\d{4}-\d\d-\d\dT[\d:]+Z,50,49,/);
  await entry.waitFor({ state: 'detached' });
  await hers.isIn('live');

  // What sends no numbers has nothing to take away.
  for (const title of [COUNTER, 'Busiest processes']) {
    await hers.openMenu(title);
    equal(await entry.count(), 0, title);
    await hers.page.keyboard.press('Escape');
  }
}
