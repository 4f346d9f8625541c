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
  // As it is on the screen: a board of many cards is made smaller.
  const size = (locator) => locator.evaluate((element) => Math.round(parseFloat(getComputedStyle(element).fontSize) * element.currentCSSZoom));
  equal(await size(wall.widget(COUNTER).locator('output')), 48);
  ok((await size(wall.widget(SAMPLED).locator('.card-age'))) >= 13);
  equal((await ada.violations(wall)).join('\n'), '');
  // All of a board is on the wall, and as large on one with four times the pixels.
  const figure = () => wall.widget(COUNTER).locator('output').evaluate((output) => output.getBoundingClientRect().height);
  const height = await figure();
  await allIsOn(page, 1080);
  await page.setViewportSize({ width: 3840, height: 2160 });
  await allIsOn(page, 2160);
  equal(Math.round((await figure()) / height), 2);
  await page.setViewportSize({ width: 1920, height: 1080 });

  ada.network.cut();
  await wall.isIn('waiting', 'offline');
  const word = wall.widget(COUNTER).locator('.saying', { hasText: 'Offline' });
  equal(await size(word), 24);
  equal(await wall.widget(COUNTER).locator('.card-body').evaluate((body) => getComputedStyle(body).opacity), '0.6');

  // Narrower than a wall, the same address is a board to use.
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Add one' }).waitFor();
}

async function allIsOn(page, height) {
  const edges = await page.locator('main article').evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().bottom));
  ok(edges.length > 15 && Math.max(...edges) <= height, `${edges.length} cards, down to ${Math.max(...edges)} of ${height}`);
}
