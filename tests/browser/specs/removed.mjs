import { deepEqual, equal, ok } from 'node:assert/strict';
import { COUNTER } from '../harness/board.mjs';

export const title = 'what one person removes the other is told of, keeps what they were typing, and can bring back at any time; what is added stands in its order';

const NOTE = 'Note';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await isCalled(hers, 'Bridge');

  // It is said without taking the focus; it comes back for both.
  const box = his.widget('To do').getByRole('textbox').first();
  await box.focus();
  await remove(hers, COUNTER);
  const said = his.page.locator('.banner', { hasText: `Bridge removed “${COUNTER}”` });
  await said.waitFor();
  await his.widget(COUNTER).waitFor({ state: 'detached' });
  ok(await box.evaluate((input) => input === document.activeElement));
  equal((await ben.violations(his)).join('\n'), '');
  await said.getByRole('button', { name: 'Bring back' }).click();
  await Promise.all([hers.widget(COUNTER).waitFor(), his.widget(COUNTER).waitFor()]);
  await said.waitFor({ state: 'detached' });
  equal(await hers.page.locator('.banner', { hasText: 'Bridge' }).count(), 0, 'nobody is told of what they did themselves');

  // Who has the caret in it keeps what they typed, and finds the focus in what is left of the card, where typing on does nothing.
  const text = his.widget(NOTE).getByRole('textbox');
  await text.press('Control+End');
  ben.network.cut();
  await his.isIn('waiting', 'offline');
  await his.page.keyboard.type(' Fuel from both tanks');
  await his.page.locator('.pending-badge[data-state="pending"]').waitFor();
  await remove(hers, NOTE);
  await hers.widget(NOTE).waitFor({ state: 'detached' });
  await hers.isSettled();
  ben.network.heal();
  const ghost = his.widget(NOTE);
  await ghost.getByText('not on the board any more').waitFor();
  await ghost.locator('.banner:focus', { hasText: `Bridge removed “${NOTE}”` }).waitFor();
  await his.page.keyboard.type(' u ');
  await ghost.getByRole('button', { name: '2 versions' }).click();
  const card = his.conflict(`${NOTE}: somebody removed it`);
  await card.locator('[data-side="mine"]', { hasText: 'Fuel from both tanks' }).waitFor();
  await card.getByRole('button', { name: 'Bring it back, with mine' }).click();
  await hers.widget(NOTE).waitFor();
  const theirs = await hers.widget(NOTE).getByRole('textbox').elementHandle();
  await hers.page.waitForFunction((box) => box.value.endsWith(' Fuel from both tanks'), theirs);

  // Who was typing brings it back by that line: what they typed stands, nobody is asked, and the focus is on the card that is back.
  await text.press('Control+End');
  ben.network.cut();
  await his.isIn('waiting', 'offline');
  await his.page.keyboard.type(', and oil');
  await his.page.locator('.pending-badge[data-state="pending"]').waitFor();
  await remove(hers, NOTE);
  await hers.isSettled();
  ben.network.heal();
  await ghost.getByRole('button', { name: '2 versions' }).waitFor();
  await ghost.locator('.banner:focus').waitFor();
  await his.page.keyboard.press('Tab');
  await his.hasFocus('button', 'Bring back');
  await his.page.keyboard.press('Enter');
  await his.hasFocus('article', NOTE);
  await hers.widget(NOTE).waitFor();
  for (const { page } of [hers, his]) {
    const box = await page.getByRole('article', { name: NOTE }).getByRole('textbox').elementHandle();
    await page.waitForFunction((box) => box.value.endsWith(' Fuel from both tanks, and oil'), box);
  }
  await his.isIn('live');
  equal(await his.page.getByRole('button', { name: '2 versions' }).count(), 0);
  await his.hasFocus('article', NOTE);

  // Where somebody else brings back what he was writing in, the focus is on its card again.
  await text.focus();
  await remove(hers, NOTE);
  await his.page.locator('.banner:focus', { hasText: `Bridge removed “${NOTE}”` }).waitFor();
  await hers.page.getByRole('button', { name: /^Undo/ }).click();
  await his.hasFocus('article', NOTE);
  await hers.isSettled();

  // One of two, after a reload, by a list of them.
  await remove(hers, NOTE);
  await his.widget(NOTE).waitFor({ state: 'detached' });
  await remove(hers, COUNTER);
  await his.page.locator('.banner', { hasText: `Bridge removed “${NOTE}”, “${COUNTER}”` }).waitFor();
  await his.page.reload();
  await his.isIn('live');
  await his.page.getByRole('button', { name: 'Add widget' }).click();
  const list = his.page.getByRole('combobox', { name: 'Removed' });
  await list.waitFor();
  const captions = await list.getByRole('option').allInnerTexts();
  deepEqual(captions.map((text) => text.replace(/\d\d:\d\d$/, 'now')), [`${COUNTER} · Bridge, now`, `${NOTE} · Bridge, now`]);
  equal((await ben.violations(his)).join('\n'), '');
  await list.selectOption('note');
  await his.page.getByRole('dialog').getByRole('button', { name: 'Bring back' }).click();
  await his.hasFocus('article', NOTE);
  await hers.widget(NOTE).waitFor();
  equal(await hers.widget(COUNTER).count(), 0);

  // Whatever is added within a second stands as it was added, on both pages.
  const added = ['Delta', 'Alpha', 'Echo', 'Bravo', 'Charlie'];
  for (const [at, title] of added.entries()) await add(hers, title, ['Status', 'Note', 'Setpoint', 'Checklist', 'Counter'][at]);
  await his.widget('Charlie').waitFor();
  for (const board of [hers, his]) {
    const cards = await board.page.locator('article.card').evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')));
    deepEqual(cards.slice(-added.length), added);
  }
}

async function isCalled(board, name) {
  await board.openDetails();
  await board.page.getByLabel('This device’s name').fill(name);
  await board.page.keyboard.press('Tab');
  await board.page.keyboard.press('Escape');
}

async function remove(board, title) {
  await board.openMenu(title);
  await board.page.getByRole('menuitem', { name: 'Remove' }).click();
  await board.widget(title).waitFor({ state: 'detached' });
}

async function add({ page }, title, kind) {
  await page.getByRole('button', { name: 'Add widget' }).click();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: kind });
  await page.getByRole('textbox', { name: 'Title' }).fill(title);
  await page.keyboard.press('Enter');
  await page.getByRole('article', { name: title, exact: true }).waitFor();
}
