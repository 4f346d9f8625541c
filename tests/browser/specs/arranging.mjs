import { deepEqual, equal } from 'node:assert/strict';

export const title = 'Cards are moved by dragging, by keys and by buttons, and made larger; everybody sees it, it is undone, and it works offline';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const titles = (board) => board.page.locator('#board > article').evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')));
  const stands = async (board, title, place) => {
    await board.page.waitForFunction(
      ([wanted, at]) => [...document.querySelectorAll('#board > article')][at]?.getAttribute('aria-label') === wanted,
      [title, place],
    );
  };
  const before = await titles(hers);
  const [, second, third] = before;
  const arranged = (title) => hers.widget(title).locator('.arrange');

  // What is in a card is not touched by arranging, and arranging is not begun by touching it.
  equal(await hers.page.locator('.arrange').count(), 0);
  await hers.openMenu(third);
  await hers.page.getByRole('menuitem', { name: 'Arrange' }).click();
  await arranged(third).waitFor();
  equal(await hers.page.locator('.arrange').count(), before.length);

  // Keys: the focus goes along.
  await arranged(third).press('ArrowLeft');
  await stands(hers, third, 1);
  await stands(his, third, 1);
  await hers.page.waitForFunction((title) => document.activeElement?.getAttribute('aria-label')?.startsWith(title), third);
  await hers.page.keyboard.press('ArrowLeft');
  await stands(his, third, 0);

  // A size, which is a word on the card of everybody.
  const narrow = await hers.widget(third).boundingBox();
  await hers.page.keyboard.press('+');
  await his.page.locator(`article[aria-label="${third}"][data-size="wide"]`).waitFor();
  const wide = await hers.widget(third).boundingBox();
  equal(wide.width > narrow.width * 1.5, true, `${narrow.width} to ${wide.width}`);

  // Buttons, for a finger.
  await arranged(third).getByRole('button', { name: 'later' }).click();
  await stands(his, third, 1);

  // Dragging.
  await arranged(second).dragTo(arranged(third));
  await stands(hers, second, 1);
  await stands(his, second, 1);

  await hers.page.getByRole('button', { name: 'Done' }).click();
  await arranged(third).waitFor({ state: 'detached' });

  // Undone, one thing after the other.
  await hers.isSettled();
  await hers.page.keyboard.press('Control+z');
  await stands(his, second, 2);
  for (let press = 0; press < 4; press += 1) await hers.page.keyboard.press('Control+z');
  await hers.page.waitForFunction((wanted) => [...document.querySelectorAll('#board > article')].map((card) => card.getAttribute('aria-label')).join() === wanted, before.join());
  await hers.isSettled();
  deepEqual(await titles(his), before);

  // Without a network it shows at once, and goes out later.
  await ada.goOffline();
  await hers.openMenu(second);
  await hers.page.getByRole('menuitem', { name: 'Arrange' }).click();
  await arranged(second).press('ArrowLeft');
  await stands(hers, second, 0);
  await hers.page.keyboard.press('Escape');
  await arranged(second).waitFor({ state: 'detached' });
  deepEqual(await titles(his), before);
  await ada.goOnline();
  await stands(his, second, 0);
}
