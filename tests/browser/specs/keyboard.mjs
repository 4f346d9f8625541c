import { equal } from 'node:assert/strict';
import { SAMPLED, SETPOINT } from '../harness/board.mjs';

export const title = 'a card is set up and removed by keys alone, and the focus comes back to where it was';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const hers = await ada.open();
  await hers.isIn('live');
  const { keyboard } = hers.page;

  await hers.openMenu(SETPOINT);
  await hers.hasFocus('menuitem', 'Set up');
  for (const [key, name] of [['ArrowDown', 'Remove'], ['ArrowDown', 'Set up'], ['ArrowUp', 'Remove'], ['Home', 'Set up'], ['End', 'Remove']]) {
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
  await hers.page.getByLabel('max').fill('25');
  await keyboard.press('Enter');
  await hers.hasFocus('button', 'Menu of Cabin');
  await hers.isSettled();

  // Off the new scale: refused at once, with the reason.
  await hers.set(26, 'Cabin');
  await hers.widget('Cabin').getByRole('alert').filter({ hasText: 'and 25' }).waitFor();
  await keyboard.press('Escape');
  await hers.set(24, 'Cabin');
  await hers.isSetTo(24, 'Cabin');

  // What has no card any more is said in one line, which has the focus.
  await hers.openMenu(SAMPLED);
  await keyboard.press('End');
  await keyboard.press('Enter');
  await hers.widget(SAMPLED).waitFor({ state: 'detached' });
  await hers.hasFocus('button', 'Undo');
  await keyboard.press('u');
  await hers.widget(SAMPLED).waitFor();
}
