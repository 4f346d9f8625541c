import { equal, match, notEqual } from 'node:assert/strict';

export const title = 'what is pointed at in one chart shows in all of them, by mouse, keys or a finger, until it is let go';

const CHART = 'Processor, last minutes';
const OTHER = 'Load';

export async function play(stage) {
  // What is not on the screen draws nothing.
  const ada = await stage.person('Ada', { viewport: { width: 1280, height: 1600 } });
  const hers = await ada.open();
  await hers.isIn('live');
  const { page } = hers;
  const chart = hers.widget(CHART);
  const pad = page.getByRole('slider', { name: `Time in ${CHART}` });
  await has(page, chart, 4);
  const times = () => Promise.all([CHART, OTHER].map((title) => time(hers.widget(title))));
  const ends = () => page.locator('.crosshair').first().waitFor({ state: 'detached' });

  // Over the newest second but some: both charts have a line there, and say when it was.
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await pad.boundingBox();
  await page.mouse.move(x + width - width / 30, y + height / 2);
  const [here, there] = await times();
  match(here, /^\d\d:\d\d:\d\d$/);
  equal(there, here);
  // Charts above each other have it above each other, whatever stands beside their ends.
  const edges = await page.locator('article[data-kind="series"] .grid-line').evaluateAll((lines) =>
    lines.map((line) => Math.round(line.closest('article').getBoundingClientRect().right - line.getBoundingClientRect().right)),
  );
  equal(new Set(edges).size, 1, `from the cards' edges: ${edges}`);
  const said = await pad.getAttribute('aria-valuetext');
  match(said, new RegExp(`^${here}, cpu: [\\d.]+\u00a0%$`));
  equal(await chart.getByRole('img', { name: said, exact: true }).count(), 1);
  equal((await ada.violations(hers)).join('\n'), '');
  // New values come, and what is said stays as it is.
  const path = await chart.locator('path.series-line').getAttribute('d');
  await page.waitForFunction(([line, before]) => line.getAttribute('d') !== before, [await chart.locator('path.series-line').elementHandle(), path]);
  equal(await pad.getAttribute('aria-valuetext'), said);
  await page.mouse.move(x + width / 2, y - 60);
  await ends();

  await pad.focus();
  await pad.press('ArrowLeft');
  const [newest] = await times();
  await pad.press('ArrowLeft');
  const [before, elsewhere] = await times();
  notEqual(before, newest);
  equal(elsewhere, before);
  await pad.press('Home');
  equal(await time(chart) < before, true, 'the oldest value is older');
  await pad.press('Escape');
  await ends();
  equal(await pad.getAttribute('aria-valuetext'), 'Newest');
  await pad.press('ArrowLeft');
  await page.locator('.crosshair').first().waitFor({ state: 'attached' });
  await pad.blur();
  await ends();

  await byFinger(stage);
}

async function byFinger(stage) {
  const ben = await stage.person('Ben', { isMobile: true, hasTouch: true, viewport: { width: 360, height: 4_000 } });
  const his = await ben.open();
  await his.isIn('live');
  const { page } = his;
  await has(page, his.widget(CHART), 2);
  const pad = page.getByRole('slider', { name: `Time in ${CHART}` });
  await pad.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const box = await pad.boundingBox();
  const session = await page.context().newCDPSession(page);
  const point = { x: box.x + box.width - 4, y: box.y + box.height / 2 };
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
  equal(await time(his.widget(CHART)), await time(his.widget(OTHER)));
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await page.locator('.crosshair').first().waitFor({ state: 'detached' });
}

/** Resolves when a chart shows so many values. */
async function has(page, chart, count) {
  const line = chart.locator('path.series-line').first();
  await line.waitFor({ state: 'attached' });
  // A path has a letter for each of them.
  await page.waitForFunction(([path, wanted]) => path.getAttribute('d').match(/[ML]/g)?.length >= wanted, [await line.elementHandle(), count]);
}

/** The time under a chart's line. */
function time(chart) {
  return chart.locator('.crosshair + text').evaluate((text) => text.firstChild.data);
}
