import { deepEqual, equal, ok } from 'node:assert/strict';
import { STATUS } from '../harness/board.mjs';

export const title = 'where tokens are asked for, the page asks once, refuses a wrong one, and opens where it was going; who may look only types nothing';

const EDIT = 'edit-0123456789abcdef';
const VIEW = 'view-0123456789abcdef';

export async function play(stage) {
  await stage.server('--edit-token', EDIT, '--view-token', VIEW);
  const ada = await stage.person('Ada');
  // Chromium logs every 401, and this spec provokes two.
  ada.expects(/status of 401/);
  const { page } = await ada.open('?wall');
  await signIn(page, 'wrong-0123456789abcdef');
  await page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
  await page.waitForFunction(() => [...document.fonts].some((face) => face.family.includes('Hanken') && face.status === 'loaded'));
  const violations = await ada.violations({ page });
  if (violations.length > 0) throw new Error(violations.join('\n'));
  await signIn(page, EDIT);
  await page.waitForURL('**/?wall');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor({ state: 'detached' });
  const cookies = await page.context().cookies();
  const readable = await page.evaluate(() => document.cookie);
  if (!cookies.some((cookie) => cookie.httpOnly)) throw new Error('there is no session');
  if (!/^tideboard_who=[0-9a-f]{32}\/[\w.-]+$/.test(readable)) throw new Error(`scripts may read who this is, and no more: ${readable}`);
  const { page: again } = await ada.open();
  await again.getByRole('heading', { name: 'Sign in' }).waitFor({ state: 'detached' });
  await again.getByRole('main').waitFor();

  // Who may look only can't begin what would be refused, and reads all of it.
  const ben = await stage.person('Ben');
  const his = await ben.signIn(VIEW);
  await his.page.getByText('View only').waitFor();
  const edited = his.page.getByRole('main').locator('input, textarea, button').filter({ visible: true });
  await his.widget(STATUS).getByRole('textbox').waitFor();
  // What a list has out of sight is not there to be seen.
  await his.page.getByRole('main').getByRole('checkbox').last().scrollIntoViewIfNeeded();
  for (const control of await edited.all()) equal(await control.isDisabled(), true, await control.evaluate((element) => element.outerHTML));
  ok((await edited.count()) > 5);
  // Nor does it look as if they could: values, without borders, handles and words to choose from.
  equal(await his.widget(STATUS).locator('.choice').filter({ visible: true }).count(), 1);
  await his.widget('Note').locator('.note-view').hover();
  for (const control of await his.page.getByRole('main').locator('input:not(.unseen), textarea').filter({ visible: true }).all()) {
    const look = await control.evaluate((element) => {
      const { borderTopWidth, borderTopColor, cursor, opacity } = getComputedStyle(element);
      return [borderTopWidth === '0px' || borderTopColor === 'rgba(0, 0, 0, 0)', cursor, opacity];
    });
    deepEqual(look, [true, 'default', '1'], await control.evaluate((element) => element.outerHTML));
  }
  deepEqual(await ben.violations(his), []);

  // From there it is one press to the page that asks for another token, and back again.
  await his.page.getByRole('link', { name: 'Sign in' }).click();
  await his.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await his.page.locator('#waiting[data-state="clear"]').waitFor({ state: 'attached' });
  await signIn(his.page, EDIT);
  await his.page.waitForURL(ben.network.url);
  await his.page.getByText('View only').waitFor({ state: 'detached' });
  await his.isIn('live');

  // What waits is told where its author signs in again, and to nobody who was signed in since.
  await his.openDetails();
  await his.page.getByRole('switch', { name: 'Work offline' }).click();
  await his.page.keyboard.press('Escape');
  await his.increase();
  await his.keeps(1);
  await his.page.goto(`${ben.network.url}sign-in`);
  await his.page.getByText('Edits wait in this browser').waitFor();
  deepEqual(await ben.violations(his), []);
  await signIn(his.page, VIEW);
  await his.page.waitForURL(ben.network.url);
  await his.page.goto(`${ben.network.url}sign-in`);
  await his.page.locator('#waiting[data-state="clear"]').waitFor({ state: 'attached' });
  equal(await his.page.getByText('Edits wait in this browser').isVisible(), false);
}

async function signIn(page, token) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Open the board' }).click();
}
