import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { COUNTER, SAMPLED } from '../harness/board.mjs';
import { workerIsReady } from '../harness/worker.mjs';

export const title = 'while the program is on its way the server’s drawing of the board stands where the board will be';

const SIZES = [[360, 740, ''], [1600, 900, ''], [1920, 1080, '?wall']];

export async function play(stage) {
  const ben = await stage.person('Ben');
  const his = await ben.open();
  await his.isIn('live');
  await his.increase();
  await his.counts(1);
  await his.isSettled();
  await his.widget(SAMPLED).locator('.sparkline').waitFor();
  for (const [width, height, path] of SIZES) {
    const ada = await stage.person(`${width}`, { viewport: { width, height } });
    const release = await ada.holds('**/*.wasm');
    const hers = await ada.open(path);
    const { page } = hers;
    const drawn = page.locator('.first-look');
    const card = drawn.getByRole('article', { name: COUNTER, includeHidden: true });
    match(await card.innerText(), /\b1\b/);
    await drawn.locator(`[aria-label="${SAMPLED}"] .figure`).waitFor();
    equal(await drawn.evaluate((look) => look.inert), true, 'nobody types what no program takes');
    if (path === '') await drawn.getByText('You can edit in a moment').waitFor();
    equal(await drawn.locator('[aria-label="Note"] textarea').inputValue(), 'Everybody here can edit this, together.');
    equal((await ada.violations(hers)).join('\n'), '');
    const places = await drawn.locator('.card').evaluateAll(boxes);
    ok(places.length > 8, places.join(' '));

    release();
    await hers.isIn('live');
    await drawn.waitFor({ state: 'detached' });
    deepEqual(await loads(page), { wasm: 1, isAfterPaint: true }, 'the program, once, and after the drawing was painted');
    const after = await page.locator('main .card').evaluateAll(boxes);
    equal(after.slice(0, places.length).join('\n'), places.join('\n'), `at ${width} px each card stands where it was drawn`);

    // From now on the program is on the device, and shows what waits there, too.
    if (width === 1600) {
      await workerIsReady(page);
      await page.reload();
      await hers.isIn('live');
      const answer = await page.reload();
      match(await answer.text(), /class="first-look"[^>]*><\/div>.*<script type="module"/s);
      await hers.isIn('live');
    }
  }

  // A browser that tells of no paint: one in a tab behind others, say.
  const cal = await stage.person('Cal');
  await cal.begins(() => {
    PerformanceObserver.prototype.observe = () => {};
  });
  const behind = await cal.open();
  await behind.isIn('live');
  equal(await behind.page.locator('script[src="/program.js"]').count(), 1, 'it was put off');

  // A board has its name from the first paint on, also where its address is another word.
  await his.renameBoard('Engine room');
  await his.isSettled();
  const dora = await stage.person('Dora');
  const release = await dora.holds('**/*.wasm');
  const hers = await dora.open();
  await hers.page.getByRole('heading', { name: 'Engine room', level: 1 }).waitFor();
  release();
  await hers.isIn('live');
  await hers.page.getByRole('heading', { name: 'Engine room', level: 1 }).waitFor();
}

/** How the page's program was loaded. */
function loads(page) {
  return page.evaluate(() => {
    const programs = performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('.wasm'));
    const [painted] = performance.getEntriesByName('first-contentful-paint');
    return { wasm: programs.length, isAfterPaint: programs.every((entry) => entry.startTime > painted.startTime) };
  });
}

function boxes(cards) {
  return cards.map((card) => {
    const { x, y, width, height } = card.getBoundingClientRect();
    return [card.ariaLabel, x, y, width, height].map((part) => (typeof part === 'number' ? Math.round(part) : part)).join(' ');
  });
}
