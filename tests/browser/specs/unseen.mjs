import { equal } from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';

export const title = 'a chart that is scrolled away, or in a hidden tab, is not drawn; and it is up to date when it is seen again';

const CHART = 'Processor, last minutes';

export async function play(stage) {
  const ada = await stage.person('Ada');
  const board = await ada.open();
  const { page } = board;
  const heard = new EventEmitter();
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"samples"')) heard.emit('samples');
    });
  });
  await page.reload();
  await board.isIn('live');
  const hears = async (count) => {
    for (let frame = 0; frame < count; frame += 1) await once(heard, 'samples');
  };
  const line = board.widget(CHART).locator('path.series-line').first();
  await board.widget(CHART).scrollIntoViewIfNeeded();
  await line.waitFor({ state: 'attached' });
  const drawn = () => line.getAttribute('d');
  const isDrawnAfter = async (before) => {
    await page.waitForFunction(([path, before]) => path.getAttribute('d') !== before, [await line.elementHandle(), before]);
  };
  await isDrawnAfter(await drawn());

  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  // What was on its way is still drawn.
  await hears(2);
  const away = await drawn();
  await hears(3);
  equal(await drawn(), away);
  await board.widget(CHART).scrollIntoViewIfNeeded();
  await isDrawnAfter(away);

  await page.evaluate(() => {
    globalThis.isHidden = true;
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (globalThis.isHidden ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await hears(2);
  const hidden = await drawn();
  await hears(3);
  equal(await drawn(), hidden);
  await page.evaluate(() => {
    globalThis.isHidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await isDrawnAfter(hidden);
}
