import { equal, ok } from 'node:assert/strict';
import { COUNTER, SAMPLED } from '../harness/board.mjs';

export const title = 'a wall shows name, clock and freshness in one line, large figures, and dims what is not live';

export async function play(stage) {
  const ada = await stage.person('Ada', { viewport: { width: 1920, height: 1080 } });
  const wall = await ada.open('?wall');
  await wall.isIn('live');
  const { page } = wall;
  await page.locator('.clock', { hasText: /^\d\d:\d\d$/ }).waitFor();
  for (const name of ['Add widget', `Menu of ${COUNTER}`, 'Add one']) {
    equal(await page.getByRole('button', { name }).count(), 0, `${name} is of no use from four metres`);
  }
  const size = (locator) => locator.evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  equal(await size(wall.widget(COUNTER).locator('output')), 72);
  ok((await size(wall.widget(SAMPLED).locator('.card-age'))) >= 20);
  equal((await ada.violations(wall)).join('\n'), '');

  ada.network.cut();
  await wall.isIn('waiting', 'offline');
  const word = wall.widget(COUNTER).locator('.saying', { hasText: 'Offline' });
  equal(await size(word), 24);
  equal(await wall.widget(COUNTER).locator('.card-body').evaluate((body) => getComputedStyle(body).opacity), '0.6');

  // Narrower than a wall, the same address is a board to use.
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Add one' }).waitFor();
}
