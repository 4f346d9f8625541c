import { equal } from 'node:assert/strict';

export const title = 'a timer that one starts runs on both pages in the same second, though one’s clock is wrong; it is up on both, and stays so until it is reset; it is started without a network, too';

const TIMER = 'Tea';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  // His device's clock is five minutes fast.
  await ben.begins(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 300_000;
  });
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.add('Timer', TIMER);
  await his.widget(TIMER).getByText('5:00', { exact: true }).waitFor();

  await press(hers, 'Start');
  await shows(his, /^4:5\d$/);
  const both = await Promise.all([hers, his].map(async (board) => seconds(await figure(board).textContent())));
  equal(Math.abs(both[0] - both[1]) <= 1, true, `${both}`);
  await press(his, 'Pause');
  await hers.widget(TIMER).getByRole('button', { name: 'Start' }).waitFor();
  await Promise.all([hers.isSettled(), his.isSettled()]);
  equal(await figure(hers).textContent(), await figure(his).textContent());
  equal((await ada.violations(hers)).join('\n'), '');
  await press(hers, 'Reset');
  await shows(his, /^5:00$/);

  await setUp(hers, '0.04');
  await shows(his, /^0:02$/);
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await press(hers, 'Start');
  await isUp(hers);
  equal(await his.widget(TIMER).getByText('Time is up').count(), 0);
  ada.network.heal();
  await isUp(his);
  await his.page.reload();
  await isUp(his);
  await press(his, 'Reset');
  await shows(hers, /^0:02$/);

  // Without a length it runs up.
  await setUp(hers, '');
  await shows(his, /^0:00$/);
  await press(his, 'Start');
  await shows(hers, /^0:0[1-9]$/);
}

function press(board, name) {
  return board.widget(TIMER).getByRole('button', { name, exact: true }).click();
}

function figure(board) {
  return board.widget(TIMER).getByRole('timer');
}

function shows(board, text) {
  return figure(board).filter({ hasText: text }).waitFor();
}

function isUp(board) {
  return board.widget(TIMER).getByRole('alert').filter({ hasText: 'Time is up' }).waitFor();
}

function seconds(text) {
  const [minutes, rest] = text.split(':').map(Number);
  return minutes * 60 + rest;
}

async function setUp(board, minutes) {
  await board.openMenu(TIMER);
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  const box = board.page.getByRole('spinbutton', { name: 'minutes' });
  await box.fill(minutes);
  await box.press('Enter');
  await box.waitFor({ state: 'detached' });
}
