import { equal, ok } from 'node:assert/strict';
import { SETPOINT, STATUS } from '../harness/board.mjs';
import { SHIFT_MAX, countShifts, shiftsOf } from '../harness/shifts.mjs';

export const title = 'two people, one setpoint: both values are shown as they stand, and the choice reaches both; by keys alone, each of several';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  await ada.begins(countShifts);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(24);
  await hers.keeps(1);
  await his.set(18);
  await his.isSettled();

  // What arrives moves nothing that somebody may be about to press.
  const edge = () => hers.widget(SETPOINT).evaluate((element) => element.getBoundingClientRect().top);
  const [{ all: shifts }, before] = [await shiftsOf(hers.page), await edge()];
  ada.network.heal();
  const line = hers.page.getByRole('button', { name: '2 versions · Choose' });
  await line.waitFor();
  const { all, moved } = await shiftsOf(hers.page);
  ok(all - shifts < SHIFT_MAX, moved.join('\n'));
  equal(await edge(), before);
  for (const [width, height] of [[1600, 900], [820, 1180], [1280, 720]]) {
    await hers.page.setViewportSize({ width, height });
    const { y, height: high } = await line.boundingBox();
    ok(y >= 0 && y + high <= 56, `nor covers it anything: it is in the header, at ${y}, ${high} high`);
  }

  // What the indicator says is not said again beside it.
  equal(await hers.page.locator('.indicator .teller-word').innerText(), '2 versions');
  ok((await line.locator('.conflicts-word').boundingBox()).width <= 1, 'it leads there, and says it only to those who listen');

  // Opened, it has the focus, and its keys are shown; in the setpoint's own editor a digit is a digit.
  const card = hers.conflict();
  const keys = card.locator('kbd');
  await line.click();
  await hers.hasFocus('article', SETPOINT);
  equal(await keys.first().isVisible(), true);
  await card.press('e');
  await hers.hasFocus('spinbutton', 'Another value');
  // What is typed takes the place of what was there.
  await hers.page.keyboard.type('1');
  equal(await hers.page.locator(':focus').inputValue(), '1');
  await hers.page.keyboard.press('Escape');
  await hers.hasFocus('article', SETPOINT);
  // Later, and again from the widget's own chip.
  await card.page().getByRole('button', { name: 'Later' }).click();
  await card.waitFor({ state: 'hidden' });
  await line.waitFor();
  await hers.widget(SETPOINT).getByRole('button', { name: '2 versions' }).click();
  await hers.hasFocus('article', SETPOINT);
  await hers.page.keyboard.press('Escape');
  await card.waitFor({ state: 'hidden' });
  // What was open beside it makes way, and the focus stays with it.
  const waiting = hers.page.getByRole('dialog', { name: 'Waiting edits' });
  await hers.page.locator('.pending-badge').getByRole('button').click();
  await waiting.waitFor();
  await line.click();
  await waiting.waitFor({ state: 'detached' });
  await hers.hasFocus('article', SETPOINT);
  await hers.page.locator('.pending-badge').getByRole('button').click();
  await waiting.waitFor();
  await card.waitFor({ state: 'hidden' });
  await hers.page.keyboard.press('Escape');
  await line.press('Enter');
  await card.getByRole('heading', { name: 'Mine' }).waitFor();
  for (const [side, value] of [['before', '21 °C'], ['mine', '24 °C'], ['theirs', '18 °C']]) {
    await card.locator(`[data-side="${side}"]`, { hasText: value }).waitFor();
  }
  // He goes on, and that is what she chooses from: there is no second question.
  await his.set(20);
  await card.locator('[data-side="theirs"]', { hasText: '20 °C' }).waitFor();
  await card.locator('[data-side="mine"]', { hasText: /you, on this device, \d\d:\d\d/ }).waitFor();

  await card.getByRole('button', { name: 'Keep mine' }).click();
  await card.waitFor({ state: 'detached' });
  // Said once: on the setpoint's card while that is on the screen, else at the foot of the page.
  const said = hers.page.locator('.banner[data-state="resolved"]', { hasText: 'Kept yours' });
  await said.waitFor();
  await hers.hasFocus('button', 'Undo');
  await hers.widget(SETPOINT).scrollIntoViewIfNeeded();
  await hers.widget(SETPOINT).locator('.banner').waitFor();
  equal(await said.count(), 1);
  await hers.page.setViewportSize({ width: 360, height: 300 });
  await hers.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await hers.page.locator('.floating .banner').waitFor();
  equal(await said.count(), 1);
  await hers.isSettled();
  await Promise.all([hers.isSetTo(24), his.isSetTo(24)]);
  await hers.isIn('live');

  // It ends with the next value, and an undo asks again, from where that is said.
  await hers.page.setViewportSize({ width: 1280, height: 720 });
  await his.set(19);
  await said.waitFor({ state: 'detached' });
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(25);
  await hers.keeps(1);
  await his.set(17);
  await his.isSettled();
  ada.network.heal();
  await line.click();
  await card.press('1');
  await hers.hasFocus('button', 'Undo');
  await hers.isSettled();
  await hers.page.keyboard.press('u');
  await hers.page.locator('.banner', { hasText: 'Undone: 2 versions again' }).waitFor();
  await Promise.all([hers.isSetTo(17), his.isSetTo(17)]);
  const choice = hers.page.locator('.banner').getByRole('button', { name: 'Choose' });
  await choice.and(hers.page.locator(':focus')).waitFor();
  await hers.page.keyboard.press('Enter');
  await hers.hasFocus('article', SETPOINT);
  await hers.page.keyboard.press('2');
  await hers.page.locator('.banner', { hasText: 'Kept theirs' }).waitFor();
  await hers.hasFocus('button', 'Undo');
  await hers.page.keyboard.press('u');
  await hers.page.keyboard.press('Enter');
  await hers.hasFocus('article', SETPOINT);
  await hers.page.keyboard.press('1');
  await Promise.all([hers.isSetTo(25), his.isSetTo(25)]);

  // Of several, each decision leads to the next one, from the header's own panel on.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(24);
  await hers.choose('Look');
  await hers.keeps(2);
  await his.set(18);
  await his.choose('Down');
  await his.isSettled();
  ada.network.heal();
  await hers.isIn('decide');
  await hers.openDetails();
  await hers.page.getByRole('region', { name: 'Decisions' }).getByRole('button', { name: 'Choose' }).focus();
  await hers.page.keyboard.press('Enter');
  await hers.hasFocus('article', SETPOINT);
  await hers.page.getByRole('dialog', { name: 'Sync details' }).waitFor({ state: 'detached' });
  await hers.page.keyboard.press('Escape');
  await hers.hasFocus('button', 'Sync: 2 versions');
  await line.press('Enter');
  await hers.hasFocus('article', SETPOINT);
  await hers.page.keyboard.press('1');
  await hers.hasFocus('article', STATUS);
  // What was decided is taken back from here, by a key that is shown where that is said; then it is the one to decide.
  await said.locator('kbd', { hasText: 'U' }).waitFor();
  const [key, undo] = await Promise.all([said.locator('kbd'), said.getByRole('button', { name: 'Undo' })].map((one) => one.boundingBox()));
  ok(key.x + key.width <= undo.x, `it covers no word: ${JSON.stringify([key, undo])}`);
  await hers.page.keyboard.press('u');
  await hers.hasFocus('article', SETPOINT);
  await hers.page.keyboard.press('1');
  await hers.hasFocus('article', STATUS);
  await hers.page.keyboard.press('2');
  await hers.hasFocus('button', 'Undo');
  await hers.isSettled();
  await Promise.all([hers.isSetTo(24), his.isSetTo(24)]);
  await hers.widget(STATUS).locator('[data-state="chosen"]', { hasText: 'Down' }).waitFor();
}
