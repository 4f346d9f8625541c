// Every state of the board that can be made for real: its name, and how people, a server and faults bring a page there.
//
// `arrange` gives what is looked at. `wall`: it is looked at on a wall, too. `brief`: it passes by itself within seconds, and
// is arranged anew for each picture. `lasting`: on the server that has run since the start, whose charts are filled.
import { SETPOINT, STATUS } from '../harness/board.mjs';
import * as all from './all_kinds.mjs';
import { TOKENS, installAuthority, joinRefused, openBoards, page, plainHttp, share, signIn, signInRefused, viewOnly } from './doors.mjs';
import { boardRemoved, keptOnASmallCard, removed, removedList, removedUnderHands } from './gone.mjs';
import * as kinds from './kinds.mjs';
import { EDIT } from './scene.mjs';
import { cannotStore, storageFull } from './storing.mjs';

const CHECKLIST = 'To do';
export const NOTE = 'Note';

export const STATES = [
  { name: 'first-look', brief: true, wall: true, arrange: firstLook },
  { name: 'loading', brief: true, wall: true, arrange: loading },
  { name: 'empty', wall: true, arrange: empty },
  { name: 'pending', brief: true, arrange: pending },
  { name: 'waiting-list', arrange: waitingList },
  { name: 'offline', wall: true, arrange: offline },
  { name: 'opened-offline', wall: true, arrange: openedOffline },
  { name: 'unreachable', wall: true, arrange: unreachable },
  { name: 'unreachable-details', arrange: unreachableDetails },
  { name: 'by-requests', wall: true, arrange: byRequests },
  { name: 'stale', brief: true, wall: true, arrange: stale },
  { name: 'conflict', wall: true, arrange: conflict },
  { name: 'conflict-open', arrange: conflictOpen },
  { name: 'conflicts-of-all-kinds', arrange: conflicts },
  { name: 'conflict-json', arrange: conflictJson },
  { name: 'conflict-resolved', arrange: resolved },
  { name: 'kept-on-a-small-card', arrange: keptOnASmallCard },
  { name: 'set-aside', wall: true, arrange: setAside },
  { name: 'set-aside-edit', arrange: setAsideEdit },
  { name: 'set-aside-list', arrange: setAsideList },
  { name: 'removed', arrange: removed },
  { name: 'removed-list', arrange: removedList },
  { name: 'removed-under-hands', arrange: removedUnderHands },
  { name: 'board-removed', wall: true, arrange: boardRemoved },
  { name: 'off-the-scale', arrange: offTheScale },
  { name: 'card-menu', arrange: cardMenu },
  { name: 'card-set-up', arrange: cardSetUp },
  { name: 'add-widget', arrange: addWidget },
  { name: 'added', arrange: added },
  { name: 'boards', arrange: boards },
  { name: 'share', arrange: share },
  { name: 'people', arrange: people },
  { name: 'sign-in', wall: true, arrange: signIn },
  { name: 'sign-in-refused', arrange: signInRefused },
  { name: 'sign-in-again', wall: true, arrange: signInAgain },
  { name: 'view-only', arrange: viewOnly },
  { name: 'closed', wall: true, arrange: closed },
  { name: 'cannot-store', wall: true, arrange: cannotStore },
  { name: 'storage-full', arrange: storageFull },
  { name: 'plain-http', arrange: plainHttp },
  { name: 'make-secure', arrange: (scene) => page(scene, 'make-secure') },
  { name: 'install-authority', arrange: installAuthority },
  { name: 'join-refused', arrange: joinRefused },
  { name: 'unknown-page', arrange: (scene) => page(scene, 'nowhere/at/all') },
  { name: 'unknown-board', wall: true, arrange: unknownBoard },
  { name: 'away', wall: true, arrange: away },
  { name: 'live', lasting: true, wall: true, arrange: live },
  { name: 'live-whole', lasting: true, isWhole: true, arrange: live },
  { name: 'pointed-at', lasting: true, isWhole: true, arrange: pointedAt },
  { name: 'above', wall: true, arrange: above },
  { name: 'details', lasting: true, arrange: details },
  { name: 'catching-up', wall: true, arrange: kinds.catchingUp },
  { name: 'kinds-empty', wall: true, arrange: kinds.kindsEmpty },
  { name: 'kinds-live', wall: true, arrange: kinds.kindsLive },
  { name: 'kinds-stale', brief: true, wall: true, arrange: kinds.kindsStale },
  { name: 'kinds-pending', brief: true, arrange: kinds.kindsPending },
  { name: 'kinds-offline', wall: true, arrange: kinds.kindsOffline },
  { name: 'kinds-waiting', arrange: kinds.kindsWaiting },
  { name: 'kinds-conflict', arrange: kinds.kindsConflict },
  { name: 'all-kinds-empty', isWhole: true, arrange: all.allEmpty },
  { name: 'all-kinds-first-look', brief: true, isWhole: true, arrange: all.allFirstLook },
  { name: 'all-kinds-live', isWhole: true, arrange: all.allLive },
  { name: 'all-kinds-offline', isWhole: true, arrange: all.allOffline },
  { name: 'all-kinds-catching-up', isWhole: true, arrange: all.allCatchingUp },
  { name: 'all-kinds-stale', brief: true, isWhole: true, arrange: all.allStale },
  { name: 'all-kinds-pending', brief: true, isWhole: true, arrange: all.allPending },
  { name: 'all-kinds-conflict', isWhole: true, arrange: all.allConflict },
  { name: 'all-kinds-set-aside', isWhole: true, arrange: all.allSetAside },
  { name: 'all-kinds-cannot-store', isWhole: true, arrange: all.allCannotStore },
  { name: 'timer-up', arrange: kinds.timerUp },
  { name: 'palette', arrange: kinds.palette },
  { name: 'palette-nothing', arrange: kinds.paletteNothing },
  { name: 'board-from-file', arrange: kinds.boardFromFile },
  { name: 'new-series', arrange: kinds.newSeries },
  { name: 'arranging', arrange: kinds.arranging },
  { name: 'zoomed', arrange: kinds.zoomed },
  { name: 'keys', arrange: (scene) => page(scene, 'guides/keyboard') },
];

/** The board with what is on it moved from where a new store has it, and charts of half a minute. */
export async function live(scene) {
  const me = await scene.me();
  const board = await scene.shows(me, await scene.live(me));
  const chart = board.page.locator('article[data-kind="series"] path.series-line').first();
  await chart.waitFor({ state: 'attached' });
  // One point a second; a path has a letter for each.
  await board.page.waitForFunction((line) => line.getAttribute('d').split(/[ML]|(?<=\d) /).length > 30, await chart.elementHandle());
  return board;
}

/** An instant that all charts show, by keys: a mouse would lose it when the page gets another width. */
async function pointedAt(scene) {
  const board = await live(scene);
  const pad = board.page.getByRole('slider', { name: 'Time in Each core' });
  await pad.press('Home');
  for (let at = 0; at < 8; at += 1) await pad.press('ArrowRight');
  await board.page.locator('.crosshair').first().waitFor({ state: 'attached' });
  return board;
}

/** A number, a gauge and a chart of what is more than somebody wants it to be. */
async function above(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  for (const title of ['Memory in use', 'Memory', 'Memory, last minutes']) {
    await board.openMenu(title);
    await board.page.getByRole('menuitem', { name: 'Set up' }).click();
    const box = board.page.getByRole('spinbutton', { name: 'threshold' });
    await box.fill('0.5');
    await box.press('Enter');
    await board.widget(title).getByText('Above 0.5').waitFor();
  }
  return atRest(await scene.shows(me, board));
}

async function details(scene) {
  const board = await scene.live(await scene.me());
  await board.openDetails();
  return board;
}

/** What the server has drawn, on a link that is slow to bring the program. */
async function firstLook(scene) {
  const me = await scene.me();
  // A server that has just started has measured nothing yet.
  await atRest(await scene.live(await scene.other()));
  await me.holds('**/*.wasm');
  const board = await me.open(scene.path);
  await board.page.locator('.first-look .sparkline').first().waitFor();
  // A wall is not edited at.
  if (scene.path === '') await board.page.getByText('You can edit in a moment').waitFor();
  return board;
}

/** Where nobody has drawn it: by the page that a worker has kept. */
async function loading(scene) {
  const me = await scene.me();
  me.network.stall();
  const board = await me.open(scene.path.replace('?', 'shell?to=/&') || 'shell?to=/');
  await board.page.locator('main[data-state="loading"] .skeleton').first().waitFor();
  // Its program has taken over from what the server has rendered.
  await board.page.locator('[data-state="connecting"]').first().waitFor({ state: 'attached' });
  return board;
}

async function empty(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  await openBoards(board);
  await board.page.getByRole('textbox', { name: 'New board', exact: true }).fill('Engine room');
  await board.page.getByRole('button', { name: 'Add board' }).click();
  await board.page.getByText('Nothing here yet.').waitFor();
  await board.isSettled();
  return scene.shows(me, board);
}

async function pending(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  me.network.stall();
  await edits(board);
  await board.page.locator('article[data-pending="true"]').nth(2).waitFor();
  return board;
}

/** Three edits, as somebody makes them who walks past. */
async function edits(board) {
  await board.increase();
  await board.set(24.5);
  await board.widget(CHECKLIST).getByRole('checkbox').first().check();
}

async function offline(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  // Nothing can be opened any more once the browser itself is offline.
  const shown = await scene.shows(me, board);
  await me.goOffline();
  await board.isIn('offline');
  await edits(board);
  await board.keeps(3);
  await board.page.evaluate(() => document.activeElement.blur());
  return shown;
}

async function waitingList(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  me.network.cut();
  await board.isIn('waiting', 'offline');
  await edits(board);
  await board.keeps(3);
  await openWaiting(board);
  return board;
}

async function openWaiting(board) {
  await board.page.locator('.pending-badge').getByRole('button').click();
  await board.page.getByRole('dialog', { name: 'Waiting edits' }).waitFor();
}

async function openedOffline(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  // Long enough for its last live values to be kept.
  await board.page.waitForFunction(() => performance.now() > 4_000);
  me.network.cut();
  await board.isIn('waiting', 'offline');
  await edits(board);
  await board.keeps(3);
  await board.page.reload();
  await board.page.locator('.banner[data-state="offline"]').waitFor();
  return scene.shows(me, board);
}

async function unreachable(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  const server = await scene.stage.server();
  await server.kill();
  await board.isIn('waiting', 'offline');
  await edits(board);
  // The pages came from this server, so the wall can't come from it any more: it was killed, and is back, out of reach.
  me.network.cut();
  await server.start();
  return scene.shows(me, board);
}

async function unreachableDetails(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  me.network.cut();
  await board.isIn('waiting', 'offline');
  await board.openDetails();
  return board;
}

async function byRequests(scene) {
  const me = await scene.me();
  const board = await scene.live(me);
  me.network.refuseSockets();
  await board.isIn('by-requests');
  const shown = await scene.shows(me, board);
  await shown.page.locator('article[data-state="by-requests"]').first().waitFor();
  return shown;
}

async function stale(scene) {
  const me = await scene.me();
  const board = await me.open(scene.path);
  await board.page.locator('main article[data-kind="stat"][data-state="live"] .sparkline').first().waitFor();
  me.network.stall();
  await board.page.locator('article[data-kind="stat"][data-state="stale"]').first().waitFor();
  return board;
}

/** As it looks when nobody has touched it for a moment: from its top, and with nothing in focus. */
export async function atRest(board) {
  await board.page.evaluate(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
  return board;
}

/** Two people, one field: mine was made without a network. */
export async function quarrel(scene, mine, theirs) {
  const [me, ben] = await Promise.all([scene.me(), scene.other()]);
  const [board, his] = await Promise.all([scene.live(me), scene.live(ben)]);
  me.network.cut();
  await board.isIn('waiting', 'offline');
  await mine(board);
  await theirs(his);
  await his.isSettled();
  me.network.heal();
  return { me, board };
}

async function conflict(scene) {
  const { me, board } = await quarrel(scene, (hers) => hers.set(24), (his) => his.set(18));
  const shown = await scene.shows(me, board);
  await shown.page.locator('article[data-conflict="true"]').waitFor();
  return atRest(shown);
}

async function conflictOpen(scene) {
  const { board } = await quarrel(scene, (hers) => hers.set(24), (his) => his.set(18));
  await board.openConflicts();
  await board.conflict().getByRole('heading', { name: 'Mine' }).waitFor();
  return board;
}

/** Two others are at the board, each with a widget under their hands, and the list of them is open. */
async function people(scene) {
  const board = await scene.live(await scene.me());
  for (const [name, title, role] of [['Ben’s phone', SETPOINT, 'spinbutton'], ['Bridge', STATUS, 'radio']]) {
    const other = await scene.live(await scene.other());
    await other.openDetails();
    await other.page.getByLabel('This device’s name').fill(name);
    await other.page.keyboard.press('Tab');
    await other.page.keyboard.press('Escape');
    await other.widget(title).getByRole(role).first().focus();
    await board.widget(title).locator('.card-head').getByTitle(name).waitFor();
  }
  await board.page.getByRole('button', { name: 'People: 2 others here' }).click();
  return board;
}

async function conflicts(scene) {
  const { board } = await quarrel(scene, (hers) => editAll(hers, 24, 'Look', 'Pump two runs hot. Call Mia before noon.'), (his) =>
    editAll(his, 18, 'Down', 'Pump two is off. Nobody start it!'),
  );
  await board.openConflicts();
  for (const title of [SETPOINT, STATUS, NOTE]) await board.conflict(title).getByRole('heading', { name: 'Mine' }).waitFor();
  return board;
}

async function editAll(board, number, state, text) {
  await board.set(number);
  await board.choose(state);
  const note = board.widget(NOTE).getByRole('textbox', { name: 'Text' });
  await note.fill(text);
  await note.blur();
}

async function conflictJson(scene) {
  const { board } = await quarrel(scene, (hers) => hers.set(24), (his) => his.set(18));
  await board.openConflicts();
  await board.conflict().getByText('Details').click();
  return board;
}

async function resolved(scene) {
  const { board } = await quarrel(scene, (hers) => hers.set(24), (his) => his.set(18));
  await board.openConflicts();
  await board.conflict().getByRole('button', { name: 'Keep mine' }).click();
  await board.page.locator('.banner[data-state="resolved"]').waitFor();
  return board;
}

async function refusal(scene) {
  const { me, board } = await quarrel(scene, (hers) => hers.set(29), async (his) => {
    await his.openMenu(SETPOINT);
    await his.page.getByRole('menuitem', { name: 'Set up' }).click();
    const max = his.page.getByRole('spinbutton', { name: 'max' });
    await max.fill('25');
    await max.press('Enter');
  });
  await board.widget(SETPOINT).locator('.refusal').waitFor();
  return { me, board };
}

async function setAside(scene) {
  const { me, board } = await refusal(scene);
  await board.widget(SETPOINT).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return scene.shows(me, board);
}

async function setAsideEdit(scene) {
  const { board } = await refusal(scene);
  await board.widget(SETPOINT).getByRole('button', { name: 'Edit' }).click();
  await board.widget(SETPOINT).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return board;
}

async function setAsideList(scene) {
  const { board } = await refusal(scene);
  await openWaiting(board);
  return board;
}

async function offTheScale(scene) {
  const board = await scene.live(await scene.me());
  const number = board.widget(SETPOINT).getByRole('spinbutton');
  await number.fill('99');
  await board.widget(SETPOINT).locator('.setpoint-off').waitFor();
  await number.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return board;
}

async function cardMenu(scene) {
  const board = await scene.live(await scene.me());
  await board.openMenu(SETPOINT);
  return board;
}

async function cardSetUp(scene) {
  const board = await scene.live(await scene.me());
  await board.openMenu(SETPOINT);
  await board.page.getByRole('menuitem', { name: 'Set up' }).click();
  await board.page.getByRole('button', { name: 'Save' }).waitFor();
  return board;
}

async function addWidget(scene) {
  const board = await scene.live(await scene.me());
  await board.page.getByRole('button', { name: 'Add widget' }).click();
  await board.page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Gauge' });
  await board.page.getByLabel('Series').waitFor();
  return board;
}

async function added(scene) {
  const board = await addWidget(scene);
  await board.page.getByRole('button', { name: 'Add', exact: true }).click();
  await board.page.locator('article:focus').waitFor();
  return board;
}

async function boards(scene) {
  const board = await scene.live(await scene.me());
  await openBoards(board);
  return board;
}

/** Sessions are in the server's memory: a restart ends them. */
async function signInAgain(scene) {
  const server = await scene.stage.server(...TOKENS);
  const me = await scene.me();
  const board = await me.signIn(EDIT);
  await board.isIn('live');
  const shown = await scene.shows(me, board);
  me.network.cut();
  await board.isIn('waiting', 'offline');
  await edits(board);
  await board.keeps(3);
  await server.stop();
  await server.start();
  me.network.heal();
  await board.isIn('sign-in');
  return shown;
}

/** A page of an older version than the server can read; but for what it says of itself, it is this one. */
async function closed(scene) {
  const me = await scene.me();
  await me.begins(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function older(text) {
      send.call(this, String(text).replace(/^(\{"hello":\{.*)"schema":\d+/, '$1"schema":0'));
    };
  });
  const board = await me.open(scene.path);
  await board.page.locator('[data-state="closed"]').first().waitFor({ state: 'attached' });
  return board;
}

async function unknownBoard(scene) {
  const me = await scene.me();
  const board = await me.open(`boards/nowhere${scene.path}`);
  await board.page.getByText('There is no board here.').waitFor();
  return board;
}

async function away(scene) {
  const me = await scene.me();
  await scene.live(me);
  me.network.cut();
  const board = await me.open(`boards/never-seen-here${scene.path}`);
  await board.page.getByText('This board is not on this device yet.').waitFor();
  return board;
}
