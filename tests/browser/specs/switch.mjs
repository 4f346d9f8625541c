import { equal } from 'node:assert/strict';

export const title = 'a switch fires once, after two presses, within its time or never, and is listed where it did not';

const PUMP = 'Pump';

export async function play(stage) {
  const server = await stage.server();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.page.getByRole('button', { name: 'Add widget' }).click();
  await hers.page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Switch' });
  await hers.page.getByRole('textbox', { name: 'Title' }).fill(PUMP);
  await hers.page.keyboard.press('Enter');

  // One press is an accident, and two on the same spot are, too.
  await arm(hers, 'on');
  await hers.widget(PUMP).getByRole('button', { name: 'Cancel' }).click();
  await shows(his, 'Off');
  await press(hers, 'on');
  await Promise.all([shows(hers, 'On'), shows(his, 'On')]);

  // Who is about to press has seen what they change: what somebody else did just then is not undone by it.
  await arm(his, 'off');
  await press(hers, 'off');
  await his.widget(PUMP).getByRole('alert').getByText('It has become off meanwhile. Nothing was sent.').waitFor();
  equal(await his.widget(PUMP).getByRole('button', { name: 'Switch off now' }).count(), 0);

  // Where nobody hears it is not sent, now or later.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await press(hers, 'on');
  await isListed(hers, 'the server could not be reached');
  await shows(hers, 'Off');
  ada.network.heal();
  await discard(hers);
  await hers.isIn('live');

  // On its way to a server that ends meanwhile: the next one has another clock, and does not guess.
  ada.network.stall();
  await press(hers, 'on');
  await shows(hers, 'On');
  await server.kill();
  await server.start();
  ada.network.heal();
  await isListed(hers, 'Too late, not sent');
  await discard(hers);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await Promise.all([shows(hers, 'Off'), shows(his, 'Off')]);

  // In time after all, across a reload: it has fired once, and is listed nowhere.
  ada.network.stall();
  await press(hers, 'on');
  // A page that goes before that takes it along: it has not been said to be saved.
  await hers.keeps(1);
  ada.network.heal();
  await hers.page.reload();
  await hers.isSettled();
  await Promise.all([shows(hers, 'On'), shows(his, 'On')]);
}

async function arm(board, word) {
  await board.widget(PUMP).getByRole('button', { name: `Switch ${word}…` }).click();
}

async function press(board, word) {
  await arm(board, word);
  await board.widget(PUMP).getByRole('button', { name: `Switch ${word} now` }).click();
}

async function shows(board, word) {
  await board.widget(PUMP).locator('output', { hasText: new RegExp(`^${word}$`) }).waitFor();
}

async function isListed(board, reason) {
  await board.widget(PUMP).getByText(reason).first().waitFor();
}

async function discard(board) {
  await board.widget(PUMP).getByRole('button', { name: /^Discard/ }).click();
  await board.widget(PUMP).getByRole('button', { name: /^Discard/ }).waitFor({ state: 'detached' });
}
