import { deepEqual, equal } from 'node:assert/strict';

export const title = 'cards are moved by mouse, finger, keys and buttons, and made larger; everybody sees it, it is undone, and it works offline';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const before = await titles(hers);
  const [, second, third] = before;
  const arranged = (title) => hers.widget(title).locator('.arrange');

  // What is in a card is not touched by arranging, and arranging is not begun by touching it.
  equal(await hers.page.locator('.arrange').count(), 0);
  await hers.openMenu(third);
  await hers.page.getByRole('menuitem', { name: 'Arrange' }).click();
  await arranged(third).waitFor();
  equal(await hers.page.locator('.arrange').count(), before.length);

  // Keys: the focus goes along.
  await arranged(third).press('ArrowLeft');
  await stands(hers, third, 1);
  await stands(his, third, 1);
  await hers.page.waitForFunction((title) => document.activeElement?.getAttribute('aria-label')?.startsWith(title), third);
  await hers.page.keyboard.press('ArrowLeft');
  await stands(his, third, 0);

  // A size, which is a word on the card of everybody.
  const narrow = await hers.widget(third).boundingBox();
  await hers.page.keyboard.press('+');
  await his.page.locator(`article[aria-label="${third}"][data-size="wide"]`).waitFor();
  const wide = await hers.widget(third).boundingBox();
  equal(wide.width > narrow.width * 1.5, true, `${narrow.width} to ${wide.width}`);

  // Buttons, for a finger.
  await arranged(third).getByRole('button', { name: 'later' }).click();
  await stands(his, third, 1);

  // By a mouse: it follows, and where it would go is marked. Nobody else sees it yet.
  const { mouse } = hers.page;
  await grasps(hers, middle(await hers.widget(second).locator('.arrange-title').boundingBox()));
  const target = middle(await hers.widget(third).boundingBox());
  await mouse.move(target.x, target.y + 10, { steps: 4 });
  await is(hers, third, 'data-over');
  await is(hers, second, 'data-held', 'moved');
  const carried = await hers.widget(second).boundingBox();
  equal(carried.x < target.x && target.x < carried.x + carried.width, true, 'it is under the pointer');
  equal((await ada.violations(hers)).join('\n'), '');
  equal((await titles(his)).indexOf(second), 2);
  await mouse.up();
  await stands(hers, second, 1);
  await stands(his, second, 1);
  equal(await hers.page.locator('[data-held], [data-over], [style*="transform"]').count(), 0, 'nothing of it is left');

  // Escape, and it is where it was; another one, and nothing is arranged any more. What lets go of nothing does nothing.
  await grasps(hers, middle(await hers.widget(second).locator('.arrange-title').boundingBox()));
  await mouse.move(target.x, target.y + 200, { steps: 4 });
  await is(hers, second, 'data-held', 'moved');
  await hers.page.keyboard.press('Escape');
  await is(hers, second, 'data-held', 'back');
  await mouse.up();
  equal(await hers.page.locator('[data-over], [style*="transform"]').count(), 0);
  await stands(hers, second, 1);
  await rests(hers, second);

  // By its corner it gets another size: it is shown so at once, and is so when it is let go.
  const drawn = await hers.widget(third).boundingBox();
  const corner = middle(await hers.widget(third).locator('.arrange-corner').boundingBox());
  await grasps(hers, corner);
  await mouse.move(corner.x - drawn.width / 2, corner.y, { steps: 4 });
  await is(hers, third, 'data-drawn', 'small');
  equal((await hers.widget(third).boundingBox()).width < drawn.width / 1.5, true);
  await is(his, third, 'data-size', 'wide');
  await mouse.up();
  await is(his, third, 'data-size', 'small');
  equal(await hers.widget(third).getAttribute('data-drawn'), null);

  await hers.page.getByRole('button', { name: 'Done' }).click();
  await arranged(third).waitFor({ state: 'detached' });

  // Undone, one thing after the other.
  await hers.isSettled();
  await hers.page.keyboard.press('Control+z');
  await is(his, third, 'data-size', 'wide');
  await hers.page.keyboard.press('Control+z');
  await stands(his, second, 2);
  for (let press = 0; press < 4; press += 1) await hers.page.keyboard.press('Control+z');
  await hers.page.waitForFunction((wanted) => [...document.querySelectorAll('#board > article')].map((card) => card.getAttribute('aria-label')).join() === wanted, before.join());
  await hers.isSettled();
  deepEqual(await titles(his), before);

  // Without a network it shows at once, and goes out later.
  await ada.goOffline();
  await hers.openMenu(second);
  await hers.page.getByRole('menuitem', { name: 'Arrange' }).click();
  await arranged(second).press('ArrowLeft');
  await stands(hers, second, 0);
  await hers.page.keyboard.press('Escape');
  await arranged(second).waitFor({ state: 'detached' });
  deepEqual(await titles(his), before);
  await ada.goOnline();
  await stands(his, second, 0);
  await byFinger(stage, his);
}

/** On a phone: by its title a card is moved, by its corner drawn; anywhere else a finger pans the page. */
async function byFinger(stage, his) {
  const cleo = await stage.person('Cleo', { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } });
  const hers = await cleo.open();
  await hers.isIn('live');
  const { page } = hers;
  const [first, , third] = await titles(hers);
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
  const moves = async (from, to) => {
    for (let step = 1; step <= 5; step += 1) {
      await touch('touchMove', { x: from.x + ((to.x - from.x) * step) / 5, y: from.y + ((to.y - from.y) * step) / 5 });
    }
  };
  const at = async (title, part) => middle(await hers.widget(title).locator(part).boundingBox());
  const isFree = async () => equal(await page.locator('[data-over], [data-drawn], [style*="transform"]').count(), 0);
  await hers.openMenu(first);
  await page.getByRole('menuitem', { name: 'Arrange' }).tap();
  await hers.widget(first).locator('.arrange').waitFor();
  equal((await cleo.violations(hers)).join('\n'), '');
  for (const button of await hers.widget(first).locator('.arrange button').all()) {
    const { width, height } = await button.boundingBox();
    equal(width >= 44 && height >= 44, true, `a finger finds it: ${width} ${height}`);
  }
  equal(await page.getByText('arrow keys').isVisible(), false, 'it has none');

  // It pans.
  const { x, y } = await at(third, '.arrange');
  const below = { x: x - 60, y: y + 75 };
  await touch('touchStart', below);
  await moves(below, { x: below.x, y: below.y - 200 });
  await page.waitForFunction(() => scrollY > 50);
  equal(await page.locator('[data-held]').count(), 0);
  await touch('touchEnd');
  await toTop(page);

  // What the browser takes away is put back; a second finger does nothing.
  const from = await at(first, '.arrange-title');
  const to = await at(third, '.arrange');
  await touch('touchStart', from);
  await moves(from, to);
  await is(hers, third, 'data-over');
  await touch('touchStart', to, await at(third, '.arrange-title'));
  await touch('touchMove', to, { x: from.x, y: from.y + 300 });
  await is(hers, first, 'data-held', 'moved');
  equal(await page.locator('[data-held]').count(), 1);
  await touch('touchCancel');
  await is(hers, first, 'data-held', 'back');
  await isFree();
  await stands(hers, first, 0);
  await rests(hers, first);

  // It is moved.
  await touch('touchStart', from);
  await moves(from, to);
  await touch('touchEnd');
  await Promise.all([stands(hers, first, 2), stands(his, first, 2)]);
  await isFree();

  // At the edge the page scrolls, though the finger is still, and what comes under it is where the card goes.
  const grip = await at(first, '.arrange-title');
  await touch('touchStart', grip);
  await moves(grip, { x: grip.x, y: 740 });
  await page.waitForFunction(() => scrollY > 300);
  equal((await hers.widget(first).boundingBox()).y > 600, true, 'it is under the finger');
  // Where it is not between two cards.
  for (const y of [600, 570]) {
    await touch('touchMove', { x: grip.x, y });
    if ((await page.locator('[data-over]').count()) > 0) break;
  }
  await touch('touchEnd');
  await page.waitForFunction((title) => [...document.querySelectorAll('#board > article')].findIndex((card) => card.ariaLabel === title) > 2, first);
  await isFree();

  // By its corner.
  await toTop(page);
  const corner = await at(third, '.arrange-corner');
  await touch('touchStart', corner);
  await moves(corner, { x: corner.x + 180, y: corner.y });
  await is(hers, third, 'data-drawn', 'wide');
  await touch('touchEnd');
  await Promise.all([is(hers, third, 'data-size', 'wide'), is(his, third, 'data-size', 'wide')]);
}

function titles(board) {
  return board.page.locator('#board > article').evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')));
}

/** Resolves when a card has this place. */
async function stands(board, title, place) {
  await board.page.waitForFunction(
    ([wanted, at]) => [...document.querySelectorAll('#board > article')][at]?.getAttribute('aria-label') === wanted,
    [title, place],
  );
}

/** Resolves when a card has this attribute, and no other value of it. */
async function is(board, title, name, value = '') {
  await board.page.locator(`article[aria-label="${title}"][${name}="${value}"]`).waitFor();
}

/** Scrolls to the top, and resolves when nothing scrolls any more: what a finger has pushed goes on for a while. */
async function toTop(page) {
  await page.evaluate(async () => {
    for (let still = 0; still < 10; still = scrollY === 0 ? still + 1 : 0) {
      scrollTo(0, 0);
      await new Promise(requestAnimationFrame);
    }
  });
}

/** Resolves when a card is where it belongs, and not on its way there. */
async function rests(board, title) {
  const card = await board.widget(title).elementHandle();
  await board.page.waitForFunction((card) => card.getAnimations().length === 0, card);
}

async function grasps({ page }, { x, y }) {
  await page.mouse.move(x, y);
  await page.mouse.down();
}

function middle({ x, y, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}
