// The states of the newer kinds: bars, a log, a timer, a note in Markdown; and of what is done to cards and charts.
import { openBoards } from './doors.mjs';
import { NOTE, atRest, quarrel } from './states.mjs';

const BARS = 'Busiest cores';
const LOG = 'Logbook';
const TIMER = 'Tea';
const TEXT = [
  '# Handover', '', 'Port **and** starboard: `40 l`, by [Ann](https://ann.example/)', '', '- [x] hose', '- [ ] *valve*', '  - the long one', '',
  '1. Call Mia', '2. Cast off', '', '> Soon there will be fog.',
].join('\n');

/** A board of these kinds, with something in each; on a wall it is looked at there. */
async function kinds(scene, { isFilled = true } = {}) {
  const me = await scene.me();
  const board = await scene.live(me);
  await openBoards(board);
  await board.page.getByRole('textbox', { name: 'New board', exact: true }).fill('Watch');
  await board.page.getByRole('button', { name: 'Add board' }).click();
  await board.page.getByText('Nothing here yet.').waitFor();
  await board.add('Bars', BARS, isFilled ? 'host.cpu.*' : 'nobody.sends.this');
  await board.add('Log', LOG);
  await board.add('Timer', TIMER);
  await board.add('Note', NOTE);
  if (isFilled) {
    for (const text of ['Cast off', 'Engine two runs hot: 94 °C, and falling', 'Fog from the west']) await write(board, text);
    await board.widget(TIMER).getByRole('button', { name: 'Start' }).click();
    await note(board, TEXT);
    await board.widget(BARS).locator('.bar-length').nth(1).waitFor({ state: 'attached' });
  }
  await board.isSettled();
  return { me, board: await atRest(board) };
}

export async function write(board, text) {
  const box = board.widget(LOG).getByRole('textbox', { name: 'New line' });
  await box.fill(text);
  await box.press('Enter');
  await board.widget(LOG).getByRole('listitem').filter({ hasText: text }).waitFor();
}

export async function note(board, text, title = NOTE) {
  const box = board.widget(title).getByRole('textbox', { name: 'Text' });
  await box.fill(text);
  await box.blur();
}

export async function kindsLive(scene) {
  const { me, board } = await kinds(scene);
  return scene.shows(me, board);
}

export async function kindsEmpty(scene) {
  const { me, board } = await kinds(scene, { isFilled: false });
  return scene.shows(me, board);
}

export async function kindsStale(scene) {
  const { me, board } = await kinds(scene);
  const shown = await scene.shows(me, board);
  me.network.stall();
  await shown.page.locator('article[data-kind="bar"][data-state="stale"]').waitFor();
  return shown;
}

/** Questions of this person's pages get lost: those of the pages that are opened after the function is called that this gives. */
export async function losesQuestions(me) {
  await me.begins(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function asked(text) {
      if (localStorage.getItem('asks nothing') === null || !String(text).startsWith('{"subscribe"')) send.call(this, text);
    };
  });
  return (board) => board.page.evaluate(() => localStorage.setItem('asks nothing', 'yes'));
}

/** What the device has, while the server's answer is on its way: a page that is opened again. */
export async function catchingUp(scene) {
  const me = await scene.me();
  const loses = await losesQuestions(me);
  const board = await scene.live(me);
  await loses(board);
  const shown = scene.path === '' ? board : await scene.shows(me, board);
  await shown.page.reload();
  await shown.page.locator('article[data-state="catching-up"]').first().waitFor();
  return shown;
}

export async function kindsPending(scene) {
  const { me, board } = await kinds(scene);
  me.network.stall();
  await edits(board);
  await board.page.locator('article[data-pending="true"]').nth(2).waitFor();
  return atRest(board);
}

async function edits(board) {
  await write(board, 'Call the harbour');
  await board.widget(TIMER).getByRole('button', { name: 'Pause' }).click();
  await note(board, `${TEXT}\n\nIt is here.`);
}

export async function kindsOffline(scene) {
  const { me, board } = await kinds(scene);
  const shown = await scene.shows(me, board);
  await me.goOffline();
  await board.isIn('offline');
  await edits(board);
  await board.keeps(3);
  return atRest(shown);
}

/** What waits of them, in words. */
export async function kindsWaiting(scene) {
  const board = await kindsOffline(scene);
  await board.page.locator('.pending-badge').getByRole('button').click();
  await board.page.getByRole('dialog', { name: 'Waiting edits' }).waitFor();
  return board;
}

/** Two people, one note in Markdown. */
export async function kindsConflict(scene) {
  const { board } = await quarrel(scene, (hers) => note(hers, '**Pump two** runs hot. Call Mia.'), (his) => note(his, '**Pump two** is off.'));
  await board.widget(NOTE).and(board.page.locator('[data-conflict="true"]')).waitFor();
  await board.widget(NOTE).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return board;
}

export async function timerUp(scene) {
  const { board } = await kinds(scene);
  await board.openMenu(TIMER);
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  const minutes = board.page.getByRole('spinbutton', { name: 'minutes' });
  await minutes.fill('0.02');
  await minutes.press('Enter');
  await board.widget(TIMER).getByRole('button', { name: 'Reset' }).click();
  await board.widget(TIMER).getByRole('button', { name: 'Start' }).click();
  await board.widget(TIMER).getByText('Time is up').waitFor();
  return atRest(board);
}

export async function palette(scene) {
  const board = await scene.live(await scene.me());
  await board.page.keyboard.press('Control+k');
  await board.page.getByRole('combobox', { name: /what to do/ }).fill('ad');
  await board.page.getByRole('option', { selected: true }).waitFor();
  return board;
}

export async function paletteNothing(scene) {
  const board = await palette(scene);
  await board.page.getByRole('combobox', { name: /what to do/ }).fill('engine room');
  await board.page.getByText('Nothing of that name.').waitFor();
  return board;
}

/** A board that is made of a file. */
export async function boardFromFile(scene) {
  const board = await scene.live(await scene.me());
  await openBoards(board);
  await board.page.getByLabel('Start with').selectOption('A file');
  return board;
}

export async function arranging(scene) {
  const board = await scene.live(await scene.me());
  await board.openMenu('Memory');
  await board.page.getByRole('menuitem', { name: 'Arrange' }).click();
  await board.page.locator('.arrange').first().waitFor();
  return board;
}

/** A quarter of an hour of one. */
export async function zoomed(scene) {
  const server = await scene.stage.server();
  const now = Date.now();
  const lines = Array.from({ length: 900 }, (_, at) => `tank ${50 + 30 * Math.sin(at / 60) + (at % 7)} ${now - 4_000 * (900 - at)}`);
  await fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body: lines.join('\n') });
  const board = await scene.live(await scene.me());
  await board.add('Chart', 'Tank', 'tank');
  await board.openMenu('Tank');
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  await board.page.getByLabel('Span').selectOption('1 h');
  await board.page.getByRole('button', { name: 'Save' }).click();
  const pad = board.page.getByRole('slider', { name: 'Time in Tank' });
  await board.widget('Tank').locator('.series-band').waitFor({ state: 'attached' });
  for (const key of ['+', '+']) await pad.press(key);
  await board.widget('Tank').getByRole('button', { name: 'Whole span' }).waitFor();
  await board.widget('Tank').evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return board;
}

export async function newSeries(scene) {
  const server = await scene.stage.server();
  await fetch(`http://127.0.0.1:${server.port}/api/v1/samples`, { method: 'POST', body: 'fuel 12.5\noil 3\n' });
  const board = await scene.live(await scene.me());
  await board.page.locator('.banner[data-state="new-series"]').waitFor();
  return board;
}
