import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../harness/tools.mjs';
import { workerIsReady } from '../harness/worker.mjs';

export const title = 'a board speaks German where the browser asks for it or its person chooses it, also without the server, and none of its English is left';

const EDIT = 'edit-0123456789abcdef';

/** What the first board's cards hold, which is in the language of the server that has made it; but for their titles. */
const { widgets } = JSON.parse(readFileSync(join(project, 'src/board/templates/this-machine.board.json'), 'utf8'));
const HELD = new Set(widgets.flatMap(({ fields: { title, ...held } }) => Object.values(held)));

/** What is said otherwise in German, by the app and by the server's own pages. */
const ENGLISH = ['de.txt', 'pages.de.txt']
  .flatMap((table) => readFileSync(join(project, 'src/words', table), 'utf8').split('\n'))
  .map((line) => line.split(' = '))
  .filter(([english, german]) => german && english !== german && /\w\w/.test(english) && !HELD.has(english))
  .map(([english]) => english);

export async function play(stage) {
  const gerda = await stage.person('Gerda', { locale: 'de-DE' });
  const hers = await gerda.open();
  await hers.isIn('live');
  await speaks(hers, 'de');
  await hers.page.getByRole('button', { name: 'Karte hinzufügen' }).waitFor();
  await isGerman(gerda, hers, 'live');
  const slider = hers.page.getByRole('slider', { name: 'Target temperature, Regler' });
  await slider.press('ArrowRight');
  await hers.page.locator('[aria-valuetext="21,5\u00a0°C"]').waitFor();

  // Another browser asks for English, and its person chooses.
  const ada = await stage.person('Ada');
  const board = await ada.open();
  await board.isIn('live');
  await speaks(board, 'en');
  await workerIsReady(board.page);
  await opensDetails(board);
  await board.page.getByLabel('Language').selectOption('Deutsch');
  await speaks(board, 'de');
  await board.isIn('live');
  await isGerman(ada, board, 'live, as was chosen');
  await opensDetails(board);
  await isGerman(ada, board, 'live, with the details open');
  equal(await board.page.getByLabel('Sprache').inputValue(), 'de');
  await board.page.keyboard.press('Escape');
  await board.page.getByRole('button', { name: 'Karte hinzufügen' }).click();
  await isGerman(ada, board, 'live, with the form of a new card open');
  await board.page.keyboard.press('Escape');

  // What is kept for a start without the server speaks it as soon as the page has.
  await board.page.evaluate(async () => {
    const shell = async () => (await caches.match('/shell', { ignoreVary: true }))?.text();
    while (!(await shell())?.includes('lang="de"')) await new Promise(requestAnimationFrame);
  });
  await ada.goOffline();
  await board.page.reload();
  await board.page.getByText(/Dies ist das Board, Stand \d\d:\d\d\. Änderungen bleiben in diesem Browser/).waitFor();
  await speaks(board, 'de');
  await isGerman(ada, board, 'opened without the server');

  await ada.goOnline();
  await board.isIn('live');
  await opensDetails(board);
  await board.page.getByLabel('Sprache').selectOption('English');
  await speaks(board, 'en');
  await board.page.getByRole('button', { name: 'Add widget' }).waitFor();
  // What one browser has chosen is nobody else’s.
  await hers.page.reload();
  await speaks(hers, 'de');

  // So do the pages beside the app: who has to sign in is asked, refused and let in in German.
  const asking = stage.anotherServer('--edit-token', EDIT, '--view-token', 'view-0123456789abcdef');
  await asking.start();
  const greta = await stage.person('Greta', { locale: 'de-DE' }, asking.port);
  // Chromium logs every 401.
  greta.expects(/status of 401/);
  const door = await greta.open();
  await signIn(door, 'wrong-0123456789abcdef');
  await door.page.getByRole('alert').filter({ hasText: 'Dieser Schlüssel stimmt nicht.' }).waitFor();
  await speaks(door, 'de');
  await isGerman(greta, door, 'asking to sign in');
  await signIn(door, EDIT);
  await door.page.getByRole('button', { name: 'Karte hinzufügen' }).waitFor();
}

async function signIn({ page }, token) {
  await page.getByLabel('Schlüssel').fill(token);
  await page.getByRole('button', { name: 'Board öffnen' }).click();
}

async function opensDetails({ page }) {
  await page.locator('.indicator button').click();
  await page.locator('select[name="tideboard_language"]').waitFor();
}

async function speaks({ page }, tag) {
  await page.locator(`html[lang="${tag}"]`).waitFor({ state: 'attached' });
}

/** Nothing that has a German text is said in English, but where people have called a card or a board so; and axe finds nothing. */
async function isGerman(person, { page }, state) {
  await page.locator('main .card, main form').first().waitFor();
  const left = await page.evaluate((english) => {
    const titles = new Set([...document.querySelectorAll('.card-title, h1')].map((title) => title.textContent));
    const said = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (!walker.currentNode.parentElement.closest('script, noscript')) said.add(walker.currentNode.data.trim());
    }
    for (const part of document.querySelectorAll('body *')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) said.add(part.getAttribute(name));
    }
    return english.filter((text) => said.has(text) && !titles.has(text));
  }, ENGLISH);
  deepEqual(left, [], `English on the page that is ${state}`);
  equal((await person.violations({ page })).join('\n'), '', `violations on the page that is ${state}`);
}
