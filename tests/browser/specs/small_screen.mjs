import { equal, ok } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'on a phone the tools are at the bottom, a setpoint has its two buttons, and two versions are a sheet';

const PHONE = { isMobile: true, hasTouch: true, viewport: { width: 360, height: 740 } };

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada', PHONE), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const { page } = hers;
  for (const tool of [page.getByRole('link', { name: 'Board', exact: true }), page.getByRole('button', { name: 'Add widget' }), page.getByRole('button', { name: /^Waiting edits/ })]) {
    const { y, height } = await tool.boundingBox();
    ok(height >= 44 && y + height > 730, `a thumb finds it: ${y} ${height}`);
  }
  equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing is wider than the phone');
  equal((await ada.violations(hers)).join('\n'), '');

  await hers.widget(SETPOINT).getByRole('button', { name: 'more' }).tap();
  await Promise.all([hers.isSetTo(21.5), his.isSetTo(21.5)]);
  await hers.widget(SETPOINT).getByRole('button', { name: 'less' }).tap();
  await his.isSetTo(21);

  // The form that sets a card up lies over the tools: a finger reaches what saves it.
  await hers.openMenu(SETPOINT);
  await page.getByRole('menuitem', { name: 'Set up' }).tap();
  await page.getByRole('button', { name: 'Cancel' }).tap();

  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(24);
  await hers.keeps(1);
  await his.set(18);
  await his.isSettled();
  ada.network.heal();
  const line = await page.getByRole('button', { name: '2 versions · Choose' }).boundingBox();
  ok(line.y >= 740 - 56 && line.height >= 44, `it covers nothing of the board, and a thumb finds it: ${line.y} ${line.height}`);
  await hers.openConflicts();
  const sheet = page.locator('#conflicts');
  await sheet.getByRole('button', { name: 'Keep mine' }).waitFor();
  equal(await sheet.getByRole('button', { name: /Keep theirs|Dismiss/ }).filter({ visible: true }).count(), 1, 'no cross decides anything');
  const later = await sheet.getByRole('button', { name: 'Later' }).boundingBox();
  equal(later.x + later.width, 360 - 12, 'it ends where the sheet’s other lines do');
  ok(later.width >= 44 && later.height >= 44, `and a thumb finds it: ${later.width} ${later.height}`);
  const { y, height } = await sheet.boundingBox();
  ok(y > 52 && y + height <= 740, `the board's upper end and the tools stay in sight: ${y} ${height}`);
  equal((await ada.violations(hers)).join('\n'), '');
  await sheet.getByRole('button', { name: 'Keep mine' }).tap();
  await sheet.waitFor({ state: 'detached' });
  await his.isSetTo(24);

  // On the smallest card what was decided is read in one line.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.openMenu('Memory in use');
  await page.getByRole('menuitem', { name: 'Set up' }).tap();
  const box = page.getByRole('textbox', { name: 'title' });
  await box.fill('Its memory');
  await box.press('Enter');
  await hers.keeps(1);
  await his.openMenu('Memory in use');
  await his.page.getByRole('menuitem', { name: 'Remove' }).click();
  await his.isSettled();
  ada.network.heal();
  await hers.openConflicts();
  await sheet.getByRole('button', { name: 'Bring it back, with mine' }).tap();
  const said = hers.widget('Its memory').locator('.banner-text', { hasText: 'Kept yours' });
  await hers.widget('Its memory').scrollIntoViewIfNeeded();
  const { height: high } = await said.boundingBox();
  ok(high < 20, `it is ${high} high`);
}
