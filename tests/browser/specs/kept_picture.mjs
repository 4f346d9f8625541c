import { equal, match, ok } from 'node:assert/strict';
import { COUNTER, STATUS } from '../harness/board.mjs';
import { keepsPicture, keepsPictures, workerIsReady } from '../harness/worker.mjs';

export const title = 'without the server a picture of the board stands there until the program has come: of what its reader may see, and of nothing older';

const EDIT = 'edit-0123456789abcdef';
const VIEW = 'view-0123456789abcdef';
/** Markup, if it were taken for any. */
const HOSTILE = '"></textarea></div><img src=x onerror="document.title=1"><script>document.title=1</script><!--node-id1-->';

export async function play(stage) {
  const server = await stage.server('--edit-token', EDIT, '--view-token', VIEW);
  // All of the first board is in the window.
  const ada = await stage.person('Ada', { viewport: { width: 1600, height: 1900 } });
  await ada.begins(holdProgram);
  const hers = await ada.signIn(EDIT);
  const { page } = hers;
  const context = page.context();
  await hers.isIn('live');
  await workerIsReady(page);
  const note = () => hers.widget('Note').getByRole('textbox');
  await note().fill(`\n${HOSTILE}`);
  await hers.widget(STATUS).getByRole('textbox').fill(HOSTILE);
  await hers.increase();
  await hers.counts(1);
  await hers.isSettled();
  const picture = await keepsPicture(page);
  const named = (picture) => [...new DOMParser().parseFromString(picture, 'text/html').querySelectorAll('*')].flatMap((part) => part.getAttributeNames());
  const unwanted = (await page.evaluate(named, picture)).filter((name) => /^(id|name|style|href|on\w+|data-node-hydration)$/.test(name));
  equal(unwanted.join(', '), '', picture);

  // What was typed and given to nobody is in none.
  await page.getByRole('textbox', { name: 'New item' }).fill('Said to nobody');
  await hers.increase();
  await hers.counts(2);
  await hers.isSettled();
  ok(!(await keepsPicture(page)).includes('Said to nobody'));

  // It stands there before the program, as the board will, and goes when that is there.
  await ada.goOffline();
  const seen = await opensHeld();
  const drawn = seen.page.locator('.first-look');
  match(await drawn.getByRole('article', { name: COUNTER, includeHidden: true }).innerText(), /\b2\b/);
  equal(await drawn.evaluate((look) => look.inert), true, 'nobody types what no program takes');
  equal(await drawn.locator('[aria-label="Note"] textarea').inputValue(), `\n${HOSTILE}`);
  equal(await drawn.getByRole('textbox', { name: 'In a few words', includeHidden: true }).inputValue(), HOSTILE);
  equal(await drawn.locator('img, script, [id], [name]').count(), 0);
  equal((await ada.violations(seen)).join('\n'), '');
  const places = await drawn.locator('.card').evaluateAll(boxes);
  ok(places.length > 4, places.join(' '));
  await programComes(seen);
  await drawn.waitFor({ state: 'detached' });
  await seen.page.getByText(/This is the board as of \d\d:\d\d\. Edits are kept in this browser/).waitFor();
  await seen.counts(2);
  const after = await seen.page.locator('main .card').evaluateAll(boxes);
  equal(after.slice(0, places.length).join('\n'), places.join('\n'), 'each card stands where it was in the picture');
  equal(await seen.page.title(), 'This machine · Tideboard');
  await seen.page.close();
  const wall = await opensHeld('?wall');
  await wall.page.locator('html[data-wall] .first-look .card').first().waitFor();
  await wall.page.close();

  // A tab is killed before it could keep another one: none is better than the one before the edit. Then there is one again.
  await page.evaluate(() => {
    Cache.prototype.put = () => new Promise(() => {});
  });
  await hers.increase();
  await hers.counts(3);
  await hers.keeps(1);
  await kills(page);
  const next = await opensHeld();
  await hasNoPicture(next);
  await programComes(next);
  await next.counts(3);
  match(await keepsPicture(next.page), /<output[^>]*>3</);
  const again = await opensHeld();
  match(await again.page.locator(`.first-look [aria-label="${COUNTER}"]`).innerText(), /\b3\b/);
  await again.page.close();

  // A board that was removed while its page was closed.
  await ada.goOnline();
  await next.isIn('live');
  await next.isSettled();
  await createsBoard(next, 'Engine room');
  const engineRoom = new URL(next.page.url()).pathname;
  await addsCounter(next);
  await next.isSettled();
  await keepsPicture(next.page, engineRoom);
  await next.page.goto(ada.network.url);
  await next.isIn('live');
  const ben = await stage.person('Ben');
  const his = await ben.signIn(EDIT, engineRoom.slice(1));
  await his.isIn('live');
  await his.removeBoard();
  await his.page.waitForURL((url) => url.pathname === '/');
  await his.isSettled();
  await next.page.getByRole('button', { name: /^Board:/ }).click();
  await next.page.getByRole('link', { name: 'Engine room' }).waitFor({ state: 'detached' });
  await next.page.keyboard.press('Escape');
  await keepsPicture(next.page, engineRoom, false);
  await keepsPicture(next.page);
  await ada.goOffline();
  const removed = await opensHeld(engineRoom.slice(1));
  await hasNoPicture(removed);
  await programComes(removed);
  await removed.page.locator('.banner', { hasText: 'This board was removed.' }).waitFor();
  await keepsPictures(removed.page, '/');
  await removed.page.close();

  // Signed out, by whomever; and the one who comes after her.
  await next.page.close();
  await session('delete');
  const nobody = await opensHeld();
  await hasNoPicture(nobody);
  await programComes(nobody);
  await nobody.page.getByRole('heading', { name: 'This board is not on this device yet.' }).waitFor();
  await keepsPictures(nobody.page);
  await session('post', EDIT);
  await nobody.page.reload();
  await programComes(nobody);
  await nobody.counts(3);
  await keepsPicture(nobody.page);
  await nobody.page.close();
  await session('post', VIEW);
  const viewer = await opensHeld();
  await hasNoPicture(viewer);
  await programComes(viewer);
  await viewer.page.getByRole('heading', { name: 'This board is not on this device yet.' }).waitFor();

  /** Opens a board in a new tab, which stands still before its program. */
  async function opensHeld(path = '') {
    const board = await ada.open(path);
    await board.page.locator('#main[data-held]').waitFor({ state: 'attached' });
    return board;
  }

  /** Signs this device in or out, whatever its network is like. */
  async function session(method, token) {
    const { request } = context;
    const answer = await request[method](`http://localhost:${server.port}/api/v1/session`, { form: token && { token } });
    equal(answer.ok(), true, `${answer.status()}: ${await answer.text()}`);
  }
}

/** Runs in a page before its own program: that stands still in a page that was opened without the server, until it is let come. */
function holdProgram() {
  if (location.pathname !== '/shell') return;
  const held = new Promise((come) => {
    globalThis.letProgramCome = come;
  });
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...of) => {
      document.querySelector('#main').dataset.held = '';
      await held;
      return instantiate.apply(WebAssembly, of);
    };
  }
}

async function programComes({ page }) {
  await page.evaluate(() => globalThis.letProgramCome());
}

async function hasNoPicture({ page }) {
  equal(await page.locator('.first-look').evaluate((look) => look.innerHTML), '');
}

/** As a system ends a tab, with nothing of it left to run. */
async function kills(page) {
  const crashed = page.waitForEvent('crash');
  const chromium = await page.context().newCDPSession(page);
  // It is not there any more to answer.
  chromium.send('Page.crash').catch(() => {});
  await crashed;
  await page.close();
}

async function createsBoard({ page }, name) {
  await page.getByRole('button', { name: /^Board:/ }).click();
  await page.getByRole('textbox', { name: 'New board', exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add board' }).click();
  await page.waitForURL('**/boards/*');
}

async function addsCounter({ page }) {
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Counter' });
  await page.getByRole('textbox', { name: 'Title' }).fill('Laps');
  await page.keyboard.press('Enter');
  await page.getByRole('article', { name: 'Laps', exact: true }).waitFor();
}

function boxes(cards) {
  return cards.map((card) => {
    const { x, y, width, height } = card.getBoundingClientRect();
    return [card.ariaLabel, ...[x, y, width, height].map(Math.round)].join(' ');
  });
}
