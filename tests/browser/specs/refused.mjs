import { ok } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'an edit that was not accepted is changed on its card and sent again; the focus stays on the card';

export async function play(stage) {
  const { ada, hers, his } = await stage.oneCutOff();
  await hers.set(29);
  await hers.keeps(1);
  await his.openMenu(SETPOINT);
  await his.page.getByRole('menuitem', { name: 'Set up' }).click();
  const max = his.page.getByRole('spinbutton', { name: 'max' });
  await max.fill('25');
  await max.press('Enter');
  await his.isSettled();
  ada.network.heal();

  const card = hers.widget(SETPOINT);
  await card.getByRole('alert').filter({ hasText: 'Not accepted' }).waitFor();
  const edit = card.getByRole('button', { name: 'Edit' });
  await edit.click();
  // The refused value is in the box, which has the focus; left as it is, the focus goes back.
  const box = card.getByRole('spinbutton', { name: 'Other value' });
  await hers.hasFocus('spinbutton', 'Other value');
  await hers.page.waitForFunction((input) => input.value === '29', await box.elementHandle());
  const [frame, save] = await Promise.all([card, card.getByRole('button', { name: 'Save' })].map((one) => one.boundingBox()));
  ok(save.y + save.height < frame.y + frame.height, `what saves it is in sight: ${JSON.stringify([frame, save])}`);
  await hers.page.keyboard.press('Escape');
  await hers.hasFocus('button', 'Edit');
  await hers.page.keyboard.press('Enter');
  // The browser keeps to the new bounds itself.
  await box.press('Enter');
  await hers.hasFocus('spinbutton', 'Other value');
  await box.fill('24');
  await box.press('Enter');
  await edit.waitFor({ state: 'detached' });
  await hers.hasFocusWithin(SETPOINT);
  await hers.isSettled();
  await Promise.all([hers.isSetTo(24), his.isSetTo(24)]);

  // What is sent again as it was, and refused again, and given up.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await his.openMenu(SETPOINT);
  await his.page.getByRole('menuitem', { name: 'Set up' }).click();
  await max.fill('22');
  await max.press('Enter');
  await his.isSettled();
  await hers.set(25);
  await hers.keeps(1);
  ada.network.heal();
  for (const name of ['Retry', 'Discard']) {
    await card.getByRole('button', { name }).press('Enter');
    await hers.hasFocusWithin(SETPOINT);
  }
  await hers.isSettled();
  await card.getByRole('alert').filter({ hasText: 'Not accepted' }).waitFor({ state: 'detached' });
  await hers.page.keyboard.press('Shift+Tab');
  await hers.hasFocusWithin(SETPOINT);
}
