import { equal, ok } from 'node:assert/strict';
import { COUNTER, SAMPLED, SETPOINT } from '../harness/board.mjs';

export const title = 'a card is set up, removed and added by keys alone, and the focus is where it belongs; the header moves nothing';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const hers = await ada.open();
  await hers.isIn('live');
  const { keyboard } = hers.page;

  // The header is in sight wherever the page is scrolled to, and so is what opens from it.
  const scrolledTo = () => hers.page.evaluate(() => scrollY);
  await hers.page.evaluate(() => scrollTo(0, 300));
  for (const name of [/^Board: /, 'Add widget', /^Waiting edits/, /^Sync: /]) {
    await hers.page.getByRole('button', { name }).focus();
    await keyboard.press('Enter');
    await hers.page.locator('.panel:focus').waitFor();
    equal(await scrolledTo(), 300, `${name} opened`);
    await keyboard.press('Escape');
    await hers.hasFocus('button', name);
    equal(await scrolledTo(), 300, `${name} closed`);
  }

  await hers.openMenu(SETPOINT);
  await hers.hasFocus('menuitem', 'Set up');
  for (const [key, name] of [['ArrowDown', 'Arrange'], ['ArrowDown', 'Copy'], ['ArrowDown', 'Remove'], ['ArrowDown', 'Set up'], ['ArrowUp', 'Remove'], ['Home', 'Set up'], ['End', 'Remove']]) {
    await keyboard.press(key);
    await hers.hasFocus('menuitem', name);
  }
  await keyboard.press('Escape');
  await hers.hasFocus('button', `Menu of ${SETPOINT}`);

  // An empty title goes nowhere, and the browser says why.
  await keyboard.press('Enter');
  await keyboard.press('Enter');
  await hers.hasFocus('textbox', 'title');
  await keyboard.press('Control+A');
  await keyboard.press('Space');
  await keyboard.press('Enter');
  await hers.hasFocus('textbox', 'title');
  equal(await hers.page.locator(':focus').evaluate((input) => input.validity.patternMismatch), true);
  await keyboard.type('Cabin');
  // A scale that bounds nothing is not sent either: the form says what is wrong with it.
  const [min, max] = [hers.page.getByRole('spinbutton', { name: 'min', exact: true }), hers.page.getByRole('spinbutton', { name: 'max', exact: true })];
  await min.fill('50');
  await max.fill('25');
  await keyboard.press('Enter');
  await hers.page.getByRole('dialog').getByRole('alert').filter({ hasText: 'Max has to be above min' }).waitFor();
  await hers.hasFocus('spinbutton', 'max');
  await min.fill('5');
  await max.press('Enter');
  await hers.hasFocus('button', 'Menu of Cabin');
  await hers.isSettled();

  // Off the new scale: refused at once, with the reason.
  await hers.set(26, 'Cabin');
  await hers.widget('Cabin').getByRole('alert').filter({ hasText: 'and 25' }).waitFor();
  await keyboard.press('Escape');
  await hers.set(24, 'Cabin');
  await hers.isSetTo(24, 'Cabin');

  // What has no card any more is said in one line, which has the focus; of two it is the same one, and both come back. That the
  // server has removed them, which it says when they are back, is no news.
  ada.network.stall();
  for (const title of [COUNTER, SAMPLED]) {
    await hers.openMenu(title);
    await keyboard.press('End');
    await keyboard.press('Enter');
    await hers.widget(title).waitFor({ state: 'detached' });
    await hers.hasFocus('button', 'Undo');
  }
  await hers.page.locator('.banner', { hasText: `Removed “${COUNTER}”, “${SAMPLED}”` }).waitFor();
  await keyboard.press('u');
  await Promise.all([hers.widget(COUNTER).waitFor(), hers.widget(SAMPLED).waitFor()]);
  await hers.hasFocus('article', SAMPLED);
  ada.network.heal();
  await hers.isSettled();
  equal(await hers.page.getByText(/removed “/).count(), 0);
  await hers.hasFocus('article', SAMPLED);

  // A new item of a long list comes into view, and the next one can be typed.
  const list = hers.widget('To do').getByRole('list');
  await hers.widget('To do').getByRole('textbox', { name: 'New item' }).focus();
  for (let number = 1; number <= 9; number += 1) {
    await keyboard.type(`Item ${number}`);
    await keyboard.press('Enter');
    const item = list.getByRole('listitem').filter({ has: hers.page.getByRole('checkbox', { name: `Done: Item ${number}` }) });
    await item.waitFor();
    const [inner, outer] = await Promise.all([item.boundingBox(), list.boundingBox()]);
    ok(inner.y + inner.height <= outer.y + outer.height + 1, `item ${number} is in view`);
    await hers.hasFocus('textbox', 'New item');
  }

  // What is added stands at the end of the board: it comes into view with the focus, and is said once.
  const said = hers.page.getByRole('status').filter({ hasText: 'Bilge added' });
  await hers.page.getByRole('button', { name: 'Add widget' }).click();
  await hers.page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Counter' });
  await hers.page.getByRole('textbox', { name: 'Title' }).fill('Bilge');
  await keyboard.press('Enter');
  await hers.hasFocus('article', 'Bilge');
  await said.waitFor({ state: 'attached' });
  equal(await said.count(), 1);
  const { top, bottom } = await hers.widget('Bilge').evaluate((card) => card.getBoundingClientRect());
  ok(top >= 56 && bottom <= 720, `it is in view: ${top} to ${bottom}`);
  await keyboard.press('Tab');
  await hers.hasFocus('button', 'Menu of Bilge');
}
