import { SETPOINT } from '../harness/board.mjs';

export const title = 'what changed under an open editor is asked about once, with both values, before anything is set';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);
  const card = hers.widget(SETPOINT);
  const box = card.getByRole('spinbutton');

  // She types while her network is away, he sets another, and it comes while her box is open.
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await box.fill('11.5');
  await his.set(23.5);
  await his.isSettled();
  ada.network.heal();
  await hers.isIn('live');
  await card.getByText(/^Somebody has set 23.5/).waitFor();
  await box.press('Enter');
  await card.getByRole('button', { name: /^Keep 23.5/ }).click();
  await hers.isSettled();
  await Promise.all([hers.isSetTo(23.5), his.isSetTo(23.5)]);

  // The same, and she means it.
  await box.fill('11.5');
  await his.set(24);
  await card.getByText(/^Somebody has set 24/).waitFor();
  await box.press('Enter');
  await card.getByRole('button', { name: /^Set 11.5/ }).click();
  await hers.isSettled();
  await Promise.all([hers.isSetTo(11.5), his.isSetTo(11.5)]);
  await hers.page.getByText('2 versions').waitFor({ state: 'detached' });

  // Under a finger that holds the slider, and goes on.
  const { mouse } = hers.page;
  const slider = await card.getByRole('slider').boundingBox();
  const moveTo = (share) => mouse.move(slider.x + slider.width * share, slider.y + slider.height / 2);
  await moveTo(0.5);
  await mouse.down();
  await hers.page.waitForFunction((element) => Number(element.value) !== 11.5, await box.elementHandle());
  await his.isSetTo(Number(await box.inputValue()));
  await hers.isSettled();
  await his.set(24);
  await hers.isSetTo(24);
  await moveTo(0.2);
  await card.getByText(/^Somebody has set 24/).waitFor();
  await moveTo(0.3);
  await mouse.up();
  await card.getByRole('button', { name: /^Keep 24/ }).click();
  await hers.isSettled();
  await Promise.all([hers.isSetTo(24), his.isSetTo(24)]);

  // A form that was open: what she left alone is not set back, and what both have set is asked about.
  await setUp(hers);
  await setUp(his);
  await fill(his, { title: 'Hold', max: '28' });
  await save(his);
  await closes(his, 'Hold');
  await his.isSettled();
  await hers.widget('Hold').waitFor();
  await fill(hers, { max: '29' });
  await save(hers);
  await hers.page.getByText('Somebody has set “28” meanwhile. Save again to set yours.').waitFor();
  await save(hers);
  await closes(hers, 'Hold');
  await hers.isSettled();
  for (const board of [hers, his]) await board.widget('Hold').getByText(/^29/).first().waitFor();

  // The same of the board's name.
  await openBoards(hers);
  await his.renameBoard('Bridge');
  await his.isSettled();
  await hers.page.getByRole('button', { name: 'Board: Bridge' }).waitFor();
  await hers.renameBoard('Wheelhouse');
  await hers.page.getByText('It is called “Bridge” meanwhile. Press Rename again to set yours.').waitFor();
  await hers.page.getByRole('button', { name: 'Rename', exact: true }).click();
  await Promise.all([hers, his].map((board) => board.page.getByRole('button', { name: 'Board: Wheelhouse' }).waitFor()));

  await refused(ada, hers, his);
  await dragged(ada, hers, his);
}

/** What was not accepted is given another value, while somebody sets one, too. */
async function refused(ada, hers, his) {
  const card = hers.widget('Hold');
  ada.network.cut();
  await hers.isIn('waiting', 'offline');
  await hers.set(29, 'Hold');
  await hers.keeps(1);
  await setUp(his, 'Hold');
  await fill(his, { max: '28' });
  await save(his);
  await his.isSettled();
  ada.network.heal();
  await card.getByRole('alert').filter({ hasText: 'Not accepted' }).waitFor();
  await card.getByRole('button', { name: 'Edit' }).click();
  const box = card.getByRole('spinbutton', { name: 'Other value' });
  await box.fill('24');
  await his.set(21, 'Hold');
  await hers.isSetTo(21, 'Hold');
  await box.press('Enter');
  await card.getByText('Somebody has set “21” meanwhile. Save again to set yours.').waitFor();
  await his.isSetTo(21, 'Hold');
  await box.press('Enter');
  await hers.isSettled();
  await Promise.all([hers.isSetTo(24, 'Hold'), his.isSetTo(24, 'Hold')]);
}

/** A finger that is down while her edit waits, and his is set: whether she moves on or lets go, his stands until she has seen it. */
async function dragged(ada, hers, his) {
  const { mouse } = hers.page;
  for (const movesOn of [true, false]) {
    await his.set(20, 'Hold');
    await Promise.all([hers.isSetTo(20, 'Hold'), his.isSettled()]);
    const card = hers.widget('Hold');
    await card.scrollIntoViewIfNeeded();
    const slider = await card.getByRole('slider').boundingBox();
    const moveTo = (share) => mouse.move(slider.x + slider.width * share, slider.y + slider.height / 2);
    await moveTo(0.5);
    await mouse.down();
    ada.network.cut();
    await hers.isIn('waiting', 'offline');
    await moveTo(0.3);
    await hers.page.locator('.pending-badge[data-state="pending"]').waitFor();
    await his.set(19, 'Hold');
    await his.isSettled();
    ada.network.heal();
    if (movesOn) {
      // All the while: nobody sees when his arrives.
      const isLive = hers.isIn('live', 'decide').then(() => true);
      for (let at = 0, done = false; !done; at = (at + 1) % 20) {
        await moveTo(0.3 + at / 100);
        const drawn = hers.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(false))));
        done = await Promise.race([isLive, drawn]);
      }
      await card.getByText('2 versions').waitFor();
      await moveTo(0.7);
      await card.getByText(/^Somebody has set 19/).waitFor();
      await moveTo(0.8);
      await mouse.up();
      await card.getByRole('button', { name: /^Keep 19/ }).click();
    } else {
      await card.getByText('2 versions').waitFor();
      await mouse.up();
    }
    await hers.isSettled();
    await his.isSetTo(19, 'Hold');
    await hers.isSetTo(19, 'Hold');
    await hers.openConflicts();
    await hers.conflict('Hold').getByRole('button', { name: /^Keep theirs/ }).click();
    await hers.isIn('live');
    await Promise.all([hers.isSetTo(19, 'Hold'), his.isSetTo(19, 'Hold')]);
  }
}

async function openBoards(board) {
  await board.page.getByRole('button', { name: /^Board:/ }).click();
  await board.page.getByLabel('This board’s name').waitFor();
}

async function setUp(board, title = SETPOINT) {
  await board.openMenu(title);
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
}

async function fill(board, values) {
  for (const [field, value] of Object.entries(values)) await board.page.getByLabel(field, { exact: true }).fill(value);
}

async function save(board) {
  await board.page.getByRole('button', { name: 'Save' }).click();
}

async function closes(board, title) {
  await board.widget(title).getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' });
}
