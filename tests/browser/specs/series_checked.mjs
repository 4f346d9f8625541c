import { equal } from 'node:assert/strict';

export const title = 'a formula that is none is said beside its box before a card is made of it, for which nobody has to wait and what is typed meanwhile counts; of a card that was made without the server, and refused, the values are edited';

const WRONG = 'rate of fuel';
const RIGHT = 'rate 1m of fuel';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const board = await ada.open();
  const { page } = board;
  await board.isIn('live');
  const asked = [];
  page.on('request', (request) => request.url().includes('/series/check') && asked.push(request.url()));

  // The series that is suggested stands in the box, and one is needed.
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  await page.getByLabel('Kind').selectOption({ label: 'Live number' });
  const series = page.getByLabel('Series');
  equal(await series.inputValue(), 'host.cpu');
  await page.getByLabel('Kind').selectOption({ label: 'Gauge' });
  equal(await series.inputValue(), 'host.memory.percent');
  await page.getByLabel('Title').fill('Burn');
  await series.fill('');
  const add = page.getByRole('button', { name: 'Add', exact: true });
  await add.click();
  equal(await series.evaluate((box) => box.validity.valueMissing), true);

  await series.fill(WRONG);
  await add.click();
  const dialog = page.getByRole('dialog', { name: 'Add widget' });
  await dialog.getByRole('alert').filter({ hasText: WRONG }).waitFor();
  equal(await series.inputValue(), WRONG);
  equal(await page.getByLabel('Title').inputValue(), 'Burn');
  equal(await board.widget('Burn').count(), 0);
  await series.fill(RIGHT);
  await series.press('Enter');
  await board.widget('Burn').waitFor();
  await board.isSettled();
  equal(new Set(asked).size, 2);

  // What is typed on while it is asked is what is added.
  const fill = async (title) => {
    await page.getByRole('button', { name: 'Add widget' }).first().click();
    await page.getByLabel('Kind').selectOption({ label: 'Live number' });
    await page.getByLabel('Title').fill(title);
    await series.fill(RIGHT);
  };
  await fill('Draw');
  ada.network.stall();
  await add.click();
  const busy = dialog.getByRole('button', { name: 'Add unchecked' });
  await busy.waitFor();
  equal(await busy.getAttribute('aria-busy'), 'true');
  await page.getByLabel('Title').fill('Drawn');
  ada.network.heal();
  await board.widget('Drawn').waitFor();
  equal(await board.widget('Draw').count(), 0);
  await board.isIn('live');
  await board.isSettled();

  // A series that was typed on is not the one that was asked about; and a server that does not answer keeps nobody from it.
  await fill('Lull');
  ada.network.stall();
  await add.click();
  await busy.waitFor();
  await series.fill(WRONG);
  ada.network.heal();
  await add.waitFor();
  equal(await board.widget('Lull').count(), 0);
  await series.fill(RIGHT);
  ada.network.stall();
  await add.click();
  await busy.click();
  await board.widget('Lull').waitFor();
  ada.network.heal();
  await board.isIn('live');
  await board.isSettled();

  // Nobody can say it without the server.
  ada.network.cut();
  await board.isIn('waiting', 'offline');
  const before = asked.length;
  await board.add('Live number', 'Flow', WRONG);
  equal(asked.length, before, 'nobody is asked whom the page knows to be away');
  await board.keeps(1);
  ada.network.heal();
  await page.getByRole('button', { name: /^Waiting edits: 1 not accepted/ }).click();
  const list = page.getByRole('region', { name: 'Not accepted' });
  await list.getByRole('button', { name: 'Edit' }).click();
  const again = list.getByLabel('series');
  equal(await again.inputValue(), WRONG);
  equal(await list.getByRole('textbox', { name: 'title' }).inputValue(), 'Flow');
  await again.fill(RIGHT);
  await again.press('Enter');
  await list.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await board.widget('Flow').waitFor();
  await board.isSettled();
}
