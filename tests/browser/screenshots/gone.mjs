// The states of what somebody has removed.
import { openBoards } from './doors.mjs';
import { NOTE, quarrel } from './states.mjs';

async function remove(board, title) {
  await board.openMenu(title);
  await board.page.getByRole('menuitem', { name: 'Remove' }).click();
}

export async function removed(scene) {
  const board = await scene.live(await scene.me());
  await remove(board, NOTE);
  await board.page.locator('.banner[data-state="removed"]').waitFor();
  return board;
}

export async function removedList(scene) {
  const board = await removed(scene);
  await board.page.getByRole('button', { name: 'Add widget' }).click();
  await board.page.getByRole('combobox', { name: 'Removed' }).waitFor();
  return board;
}

/** Somebody else removes what is being written on. */
export async function removedUnderHands(scene) {
  const { board } = await quarrel(scene, async (hers) => {
    const text = hers.widget(NOTE).getByRole('textbox');
    await text.press('Control+End');
    await text.pressSequentially(' Call Mia.');
    await hers.page.locator('.pending-badge[data-state="pending"]').waitFor();
  }, (his) => remove(his, NOTE));
  await board.widget(NOTE).getByText('not on the board any more').waitFor();
  return board;
}

/** Somebody else has removed the board that is open, and what is on it is read on. */
export async function boardRemoved(scene) {
  const [me, ben] = await Promise.all([scene.me(), scene.other()]);
  const [board, his] = await Promise.all([scene.live(me), scene.live(ben)]);
  const shown = await scene.shows(me, board);
  await his.removeBoard();
  await shown.page.locator('.chip[data-state="removed"]').waitFor();
  return shown;
}

/** On the smallest card of all: somebody has removed what was given another title, and it is back with that. */
export async function keptOnASmallCard(scene) {
  const { board } = await quarrel(scene, rename, (his) => remove(his, 'Memory in use'));
  await board.openConflicts();
  await board.page.getByRole('button', { name: 'Bring it back, with mine' }).click();
  const card = board.widget('Its memory');
  await card.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await card.locator('.banner').waitFor();
  return board;
}

async function rename(board) {
  await board.openMenu('Memory in use');
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  const box = board.page.getByRole('textbox', { name: 'title' });
  await box.fill('Its memory');
  await box.press('Enter');
}
