import { equal } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'what is typed and no edit yet is there when the page was loaded again, also by a new release, and when a form is opened again';

export async function play(stage) {
  const server = await stage.previousServer();
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await hers.add('Checklist', 'To buy');
  await hers.add('Log', 'Watch');
  await hers.isSettled();
  const { page } = hers;
  const item = hers.widget('To buy').getByRole('textbox', { name: 'New item' });
  const line = hers.widget('Watch').getByRole('textbox', { name: 'New line' });
  const number = hers.widget(SETPOINT).getByRole('spinbutton');
  const note = hers.widget('Note').getByRole('textbox');

  // Without Enter in any of them, and loaded again in the moment of the last letter.
  await item.fill('Ropes');
  await line.fill('Wind turns');
  await number.fill('12.5');
  await Promise.all([page.waitForEvent('domcontentloaded'), page.evaluate(() => location.reload())]);
  await hers.isIn('live');
  await holds(item, 'Ropes');
  await holds(line, 'Wind turns');
  await holds(number, '12.5');
  await hers.isSettled();
  equal(await his.widget('To buy').getByRole('checkbox').count(), 0);

  // Another was set in the meantime: over that nothing goes unseen. A new release finds what the old one has kept.
  await his.set(24);
  await hers.widget(SETPOINT).getByText(/^Somebody has set 24/).waitFor();
  await his.isSettled();
  await server.stop();
  await server.startOf(stage.bundle);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  await page.reload();
  await hers.isIn('live');
  await holds(item, 'Ropes');
  await holds(line, 'Wind turns');
  await holds(number, '12.5');
  await hers.widget(SETPOINT).getByText(/^Somebody has set 24/).waitFor();
  await number.press('Enter');
  await hers.widget(SETPOINT).getByRole('button', { name: /^Keep 24/ }).click();
  await item.press('Enter');
  await line.press('Enter');
  await hers.isSettled();
  await Promise.all([his.isSetTo(24), his.widget('To buy').getByRole('checkbox').waitFor()]);

  // What is an edit now, or was given up, is not typed any more.
  await page.reload();
  await hers.isIn('live');
  await holds(number, '24');
  await holds(item, '');
  await holds(line, '');
  equal(await page.evaluate(() => Object.keys(sessionStorage).join()), '');

  // A number that is no edit yet is not taken for what is set; and an emptied box is none.
  await number.fill('12.5');
  await page.reload();
  await hers.isIn('live');
  await holds(number, '12.5');
  const unset = hers.widget(SETPOINT).getByRole('alert').filter({ hasText: /^Not set: still 24.*Press Enter\.$/ });
  await unset.waitFor();
  await number.fill('');
  await unset.waitFor({ state: 'detached' });
  await page.reload();
  await hers.isIn('live');
  await holds(number, '24');
  equal(await page.evaluate(() => Object.keys(sessionStorage).join()), '');

  // A note that somebody else has written over in the same place meanwhile is asked about.
  await ada.goOffline();
  await note.fill('Hers, of before');
  const away = page.url();
  await page.goto('about:blank');
  await his.widget('Note').getByRole('textbox').fill('His, of now');
  await his.widget('Note').getByRole('textbox').blur();
  await his.isSettled();
  await ada.goOnline();
  await page.goto(away);
  await hers.widget('Note').getByText('2 versions').waitFor();
  await hers.isSettled();
  await holds(his.widget('Note').getByRole('textbox'), 'His, of now');
  await hers.openConflicts();
  await hers.conflict('Note').getByText('Hers, of before', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Keep theirs' }).click();

  await forms(hers, his);
}

/** Forms that were closed by a press beside them, or by Escape. */
async function forms(hers, his) {
  const { page } = hers;
  const add = page.getByRole('button', { name: 'Add widget' }).first();
  const [kind, title] = [page.getByLabel('Kind'), page.getByRole('dialog').getByLabel('Title')];
  await add.click();
  await kind.selectOption({ label: 'Gauge' });
  await title.fill('Tank');
  await page.getByLabel('Series').fill('fuel');
  await page.keyboard.press('Escape');
  await title.waitFor({ state: 'detached' });
  await page.reload();
  await hers.isIn('live');
  await add.click();
  await holds(title, 'Tank');
  await holds(page.getByLabel('Series'), 'fuel');
  equal(await kind.evaluate((select) => select.selectedOptions[0].label), 'Gauge');
  await page.locator('.veil').click({ position: { x: 5, y: 5 }, force: true });
  await title.waitFor({ state: 'detached' });
  await add.click();
  await holds(title, 'Tank');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await add.click();
  await holds(title, '');
  await page.keyboard.press('Escape');

  // What is suggested for another kind was typed for this one.
  await add.click();
  await kind.selectOption({ label: 'Chart' });
  await page.getByLabel('Series').fill('host.cpu');
  await page.keyboard.press('Escape');
  await title.waitFor({ state: 'detached' });
  await page.reload();
  await hers.isIn('live');
  await add.click();
  await holds(page.getByLabel('Series'), 'host.cpu');
  equal(await kind.evaluate((select) => select.selectedOptions[0].label), 'Chart');
  await page.getByRole('button', { name: 'Cancel' }).click();

  const setUp = async (board) => {
    await board.openMenu(SETPOINT);
    await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  };
  const max = page.getByLabel('max', { exact: true });
  await setUp(hers);
  await max.fill('29');
  await page.keyboard.press('Escape');
  await max.waitFor({ state: 'detached' });
  await setUp(his);
  await his.page.getByLabel('max', { exact: true }).fill('28');
  await his.page.getByRole('button', { name: 'Save' }).click();
  await his.isSettled();
  await hers.widget(SETPOINT).getByText(/^28/).first().waitFor();
  await setUp(hers);
  await holds(max, '29');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody has set “28” meanwhile. Save again to set yours.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await hers.widget(SETPOINT).getByText(/^29/).first().waitFor();
  await setUp(hers);
  await holds(max, '29');
  await page.getByRole('button', { name: 'Cancel' }).click();
}

async function holds(box, text) {
  await box.waitFor();
  await box.page().waitForFunction(([box, text]) => box.value === text, [await box.elementHandle(), text]);
}
