import { equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { addBoard } from '../harness/files.mjs';

export const title = 'an empty board has the line that sends a number, with a token that does nothing else; it runs as it is copied, and who may only watch has none';

const EDIT = 'edit-0123456789abcdef';
const VIEW = 'view-0123456789abcdef';

export async function play(stage) {
  await stage.server('--edit-token', EDIT, '--view-token', VIEW);
  const ada = await stage.person('Ada', { permissions: ['clipboard-read'] });
  const hers = await ada.signIn(EDIT);
  const { page } = hers;
  await hers.isIn('live');
  await addBoard(hers, 'Pump', 'Empty');
  await page.getByText('Nothing here yet.').waitFor();
  const shown = page.locator('.empty pre');
  const line = await shown.textContent();
  match(line, /^curl http:\/\/localhost:\d+\/api\/v1\/samples -H 'Authorization: Bearer samples-[0-9a-f]{32}' -d 'fuel 12\.5'$/);
  equal((await ada.violations({ page })).join('\n'), '');

  await page.locator('.empty').getByRole('button', { name: 'Copy' }).click();
  await page.locator('.banner-text').getByText('Copied. Paste it into a terminal.').waitFor();
  equal(await page.evaluate(() => navigator.clipboard.readText()), line);
  // Where the browser gives nothing to copy to, it is marked by a click.
  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  await page.locator('.empty').getByRole('button', { name: 'Copy' }).click();
  await page.locator('.banner-text').getByText('A click on the line selects all of it.').waitFor();
  await shown.click();
  equal(await page.evaluate(() => String(getSelection())), line);

  // Who may only watch is shown none, whatever else is there.
  const ben = await stage.person('Ben');
  ben.expects(/status of 403/);
  const path = new URL(page.url()).pathname.slice(1);
  const his = await ben.signIn(VIEW, path);
  const asked = his.page.waitForResponse('**/api/v1/samples/token');
  await his.page.getByText('Nothing here yet.').waitFor();
  equal((await asked).status(), 403);
  equal(await his.page.locator('.empty pre').count(), 0);

  // As it is. What curl tells of its progress goes elsewhere.
  const { stdout } = await promisify(execFile)('sh', ['-c', line]);
  equal(JSON.parse(stdout).taken, 1);
  await page.locator('.banner[data-state="new-series"]').getByText('New: fuel').waitFor();
  await page.getByRole('button', { name: 'Add to board' }).click();
  await hers.widget('fuel').locator('.figure').getByText('12.5', { exact: true }).waitFor();
  equal(await shown.count(), 0);
}
