import { equal } from 'node:assert/strict';
import { Board } from '../harness/board.mjs';
import { Network } from '../harness/network.mjs';
import { Profile } from '../tabs/profile.mjs';

export const title = 'a switch that is pressed as the lid is closed has not fired when it is opened again, and is listed';

const PUMP = 'Pump';
/** Longer than a press of a switch is good for. */
const ASLEEP_MS = 11_000;

export async function play(stage) {
  const { port } = await stage.server();
  const ben = await stage.person('Ben');
  const his = await ben.open();
  await his.isIn('live');
  await his.page.getByRole('button', { name: 'Add widget' }).click();
  await his.page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Switch' });
  await his.page.getByRole('textbox', { name: 'Title' }).fill(PUMP);
  await his.page.keyboard.press('Enter');
  await his.isSettled();

  const network = await Network.to(port);
  const profile = await Profile.open({});
  try {
    const tab = await profile.openTab(network.url);
    const hers = new Board(tab.page);
    await hers.isIn('live');
    // It fires while she is awake and heard.
    await press(hers, 'on');
    await shows(his, 'On');

    // The press is on its way, and her machine stands still: no timer of the page runs.
    network.stall('up');
    await press(hers, 'off');
    await shows(hers, 'Off');
    process.kill(tab.process, 'SIGSTOP');
    await passes(his, ASLEEP_MS);
    network.heal();
    process.kill(tab.process, 'SIGCONT');
    await hers.widget(PUMP).getByText('Too late, not sent').first().waitFor();
    await Promise.all([shows(hers, 'On'), shows(his, 'On')]);
    equal((await (await fetch(`http://127.0.0.1:${port}/api/v1/boards/this-machine`)).text()).includes('"on":{"value":false'), false);
  } finally {
    await profile.close();
    network.close();
  }
}

/** Lets so much time go by, as a page that is awake sees it. */
async function passes(board, ms) {
  const until = Date.now() + ms;
  await board.page.waitForFunction((until) => Date.now() > until, until);
}

async function press(board, word) {
  await board.widget(PUMP).getByRole('button', { name: `Switch ${word}…` }).click();
  await board.widget(PUMP).getByRole('button', { name: `Switch ${word} now` }).click();
}

async function shows(board, word) {
  await board.widget(PUMP).locator('output', { hasText: new RegExp(`^${word}$`) }).waitFor();
}
