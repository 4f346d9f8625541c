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
}

async function setUp(board) {
  await board.openMenu(SETPOINT);
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
