import { launchBrowser } from '../../browser/harness/browser.mjs';
import { Network } from '../../browser/harness/network.mjs';
import { STATUS } from '../../browser/harness/board.mjs';
import { Stage } from '../../browser/harness/stage.mjs';

export const title = 'Two versions of a window and a browser are told to whoever comes second, decided there, and both show what was decided';
export const isOfAPhoneToo = true;

export async function play({ server, window, bundle }) {
  await server.start();
  const network = await Network.to(server.port);
  const browser = await launchBrowser();
  const stage = new Stage(browser, bundle);
  try {
    const ben = await stage.person('Ben', {}, server.port);
    const his = await ben.open();
    await window.start('--server', network.url);
    await Promise.all([his.isIn('live'), window.isIn('live')]);
    const hisShows = (word) => his.widget(STATUS).locator('[data-state="chosen"]', { hasText: word }).waitFor();
    const shows = (word) => window.until((word) => document.querySelector('article[data-kind="status"] [data-state="chosen"]')?.textContent.includes(word), word);

    // The window was away.
    network.cut();
    await window.isIn('waiting', 'offline');
    await choose(window, 'busy');
    await window.keeps(1);
    await his.choose('Down');
    await his.isSettled();
    network.heal();
    await window.until(() => document.querySelector('.quarrel') !== null);
    await hisShows('Down');
    await window.press('Keep mine');
    await hisShows('Busy');
    await window.until(() => document.querySelector('.quarrel') === null);
    await shows('Busy');

    // The browser was.
    ben.network.cut();
    await his.isIn('waiting', 'offline');
    await his.choose('Down');
    await his.keeps(1);
    await choose(window, 'attention');
    await window.until(() => document.querySelector('.pending-badge')?.dataset.state === 'clear');
    ben.network.heal();
    await his.openConflicts();
    await shows('Look');
    await his.conflict(STATUS).getByRole('button', { name: 'Keep mine' }).click();
    await shows('Down');
    await hisShows('Down');
    if (await window.evaluate(() => document.querySelector('.quarrel') !== null)) throw new Error('what was decided there is asked here, too');
  } finally {
    await stage.close();
    await browser.close();
    network.close();
  }
}

async function choose(window, state) {
  await window.until((state) => {
    const radio = document.querySelector(`article[data-kind="status"] input[value="${state}"]`);
    radio?.click();
    return radio !== null;
  }, state);
}
