import { equal, match } from 'node:assert/strict';
import { workerIsReady } from '../harness/worker.mjs';

export const title = 'a board is light or dark as is chosen on a device, from its first paint, in all its tabs, and without the server too; where nothing is chosen it goes by the device';

const LIGHT = 'rgb(241, 244, 242)';
const DARK = 'rgb(12, 20, 22)';

export async function play(stage) {
  const ada = await stage.person('Ada', { colorScheme: 'light' });
  const board = await ada.open();
  await board.isIn('live');
  const other = await ada.open();
  await other.isIn('live');
  await looks(board, LIGHT);
  await workerIsReady(board.page);

  // At once, and in another tab as soon as somebody comes to it.
  await choose(board, 'Dark');
  await looks(board, DARK);
  await looks(other, LIGHT);
  await other.page.evaluate(() => dispatchEvent(new Event('focus')));
  await looks(other, DARK);
  equal(await around(board), '#0c1416');

  // The server marks the page, and so its first paint; nobody else's is marked.
  match(await (await board.page.request.get(board.page.url())).text(), /<html data-theme="dark"/);
  await board.page.reload();
  await board.isIn('live');
  await looks(board, DARK);
  equal(await around(board), '#0c1416');
  await board.openDetails();
  equal(await board.page.getByLabel('Light or dark').inputValue(), 'dark');
  await board.page.keyboard.press('Escape');
  const ben = await stage.person('Ben', { colorScheme: 'light' });
  const his = await ben.open();
  await his.isIn('live');
  await looks(his, LIGHT);

  // What is kept for a start without the server was light when it was kept, and is marked anew each time.
  await ada.goOffline();
  await board.page.reload();
  await board.isIn('waiting', 'offline');
  await looks(board, DARK);
  // By its worker, which knows the cookie: the shell is whole, and says so from its first paint.
  equal(await board.page.evaluate(() => `${document.compatMode}, ${document.documentElement.lang}`), 'CSS1Compat, en');
  await choose(board, 'Light');
  await looks(board, LIGHT);
  await board.page.emulateMedia({ colorScheme: 'dark' });
  await looks(board, LIGHT);
  await board.page.reload();
  await board.isIn('waiting', 'offline');
  await looks(board, LIGHT);

  // Back to the device's own.
  await choose(board, 'As the device');
  await looks(board, DARK);
  equal(await board.page.locator('html').getAttribute('data-theme'), null);
  await ada.goOnline();
  await board.isIn('live');
  await board.page.reload();
  await board.isIn('live');
  await looks(board, DARK);
}

async function choose(board, word) {
  await board.openDetails();
  await board.page.getByLabel('Light or dark').selectOption(word);
  await board.page.keyboard.press('Escape');
}

/** Resolves when the page's ground is of this colour, and its controls are of the same kind. */
async function looks({ page }, colour) {
  const scheme = colour === DARK ? 'dark' : 'light';
  await page.waitForFunction(([colour, scheme]) => {
    const { backgroundColor, colorScheme } = getComputedStyle(document.documentElement);
    return backgroundColor === colour && colorScheme.includes(scheme);
  }, [colour, scheme]);
}

/** The colour that the browser gives what is around the page. */
function around({ page }) {
  return page.evaluate(() => {
    const metas = [...document.querySelectorAll('meta[name="theme-color"]')];
    return metas.find(({ media }) => matchMedia(media).matches)?.content;
  });
}
