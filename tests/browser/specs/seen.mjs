import { equal } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'who edits sees by how many others that was seen; a page behind another one, or of their own, does not count';

export async function play(stage) {
  const [ada, ben, cy] = await Promise.all([stage.person('Ada'), stage.person('Ben'), stage.person('Cy')]);
  // A headless browser shows every tab to somebody: the page is told what a browser with a screen tells it.
  await ben.begins(`
    globalThis.isHidden = false;
    Object.defineProperty(document, 'visibilityState', { get: () => (globalThis.isHidden ? 'hidden' : 'visible') });
    Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden });
    globalThis.hide = (isHidden) => {
      globalThis.isHidden = isHidden;
      document.dispatchEvent(new Event('visibilitychange'));
    };
  `);
  const [hers, his, cys] = await Promise.all([ada.open(), ben.open(), cy.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live'), cys.isIn('live')]);
  await his.page.evaluate(() => globalThis.hide(true));

  // Cy sees it, and Ben has it behind another page; at the second edit he would have been counted with the first.
  // Nor is another tab of hers anybody else.
  const second = await ada.open();
  await second.isIn('live');
  for (const number of [25, 26]) {
    await hers.set(number);
    await his.isSetTo(number);
    await receipt(hers, 'seen-by-one').getByText('Seen by 1', { exact: true }).waitFor();
  }
  equal(await hers.widget(SETPOINT).locator('.beads [data-filled="true"]').count(), 4);
  equal((await ada.violations(hers)).join('\n'), '');
  equal(await cys.widget(SETPOINT).locator('.receipt').count(), 0);
  await his.page.evaluate(() => globalThis.hide(false));
  await receipt(hers, 'seen').getByText('Seen by 2', { exact: true }).waitFor({ state: 'attached' });
}

/** How far the last edit of the setpoint has come, once that is so. */
function receipt(board, state) {
  return board.widget(SETPOINT).locator(`.receipt[data-state="${state}"]`);
}
