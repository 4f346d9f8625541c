import { equal } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'what was typed and not sent is its author’s: whoever signs in next in the same tab has nothing of it, and they have it again';

const EDIT = 'edit-0123456789abcdef';
const VIEW = 'view-0123456789abcdef';

export async function play(stage) {
  const server = await stage.server('--edit-token', EDIT, '--view-token', VIEW);
  const ada = await stage.person('Ada');
  const hers = await ada.signIn(EDIT);
  const { page } = hers;
  await hers.isIn('live');
  const number = hers.widget(SETPOINT).getByRole('spinbutton');
  const shown = await number.inputValue();
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  await page.getByRole('dialog').getByLabel('Title').fill('Tank');
  await page.keyboard.press('Escape');
  await number.fill('12.5');
  await page.reload();
  await hers.isIn('live');
  await holds('12.5');

  await session('delete');
  await session('post', VIEW);
  await page.reload();
  await page.getByText('View only').waitFor();
  await hers.isIn('live');
  await number.waitFor();
  equal(await number.inputValue(), shown);
  equal(await page.getByText('12.5').count(), 0);

  await session('post', EDIT);
  await page.reload();
  await hers.isIn('live');
  await holds('12.5');
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  equal(await page.getByRole('dialog').getByLabel('Title').inputValue(), 'Tank');

  async function holds(text) {
    await number.waitFor();
    await page.waitForFunction(([box, text]) => box.value === text, [await number.elementHandle(), text]);
  }

  /** Signs this device in or out. */
  async function session(method, token) {
    const answer = await page.context().request[method](`http://localhost:${server.port}/api/v1/session`, { form: token && { token } });
    equal(answer.ok(), true, `${answer.status()}: ${await answer.text()}`);
  }
}
