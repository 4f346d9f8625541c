import { deepEqual, equal } from 'node:assert/strict';

export const title = 'two people write into a log, see each other’s lines with their names, the newest first, and delete their own; what is written without a network comes after';

const LOG = 'Logbook';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await named(hers, 'Bridge');
  await named(his, 'Engine room');
  await hers.add('Log', LOG);
  await his.widget(LOG).getByText('Nothing was written yet.').waitFor();

  await write(hers, 'Cast off');
  await line(his, 'Cast off').getByText(/^Bridge · \d\d:\d\d$/).waitFor();
  await write(his, '<b>Engine</b> on');
  await line(hers, '<b>Engine</b> on').getByText(/^Engine room · \d\d:\d\d$/).waitFor();
  for (const board of [hers, his]) {
    deepEqual(await board.widget(LOG).locator('li .value').evaluateAll((lines) => lines.map((line) => line.firstChild.textContent.trim())),
      ['<b>Engine</b> on', 'Cast off']);
  }
  equal(await hers.widget(LOG).getByRole('button', { name: /^Delete: /, includeHidden: true }).count(), 1);
  equal((await ben.violations(his)).join('\n'), '');

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await write(hers, 'Fog');
  await line(hers, 'Fog').getByText(/^Bridge · \d\d:\d\d$/).waitFor();
  await hers.keeps(1);
  ada.network.heal();
  await line(his, 'Fog').waitFor();

  await line(hers, 'Cast off').hover();
  await hers.widget(LOG).getByRole('button', { name: 'Delete: Cast off' }).click();
  await line(his, 'Cast off').waitFor({ state: 'detached' });
  await hers.isSettled();
  await his.page.reload();
  await line(his, 'Fog').waitFor();
  equal(await his.widget(LOG).locator('li').count(), 2);
}

async function write(board, text) {
  const box = board.widget(LOG).getByRole('textbox', { name: 'New line' });
  await box.fill(text);
  await box.press('Enter');
  await line(board, text).waitFor();
}

function line(board, text) {
  return board.widget(LOG).getByRole('log').getByRole('listitem').filter({ hasText: text });
}

async function named(board, name) {
  await board.openDetails();
  const box = board.page.getByLabel('This device’s name');
  await box.fill(name);
  await box.press('Tab');
  await board.page.keyboard.press('Escape');
}
