// One board with each kind of widget on it, in the states that all of them can be brought into at once.
import { boardMenu, fileOf, textIn } from '../harness/files.mjs';
import { losesQuestions, note, write } from './kinds.mjs';
import { atRest } from './states.mjs';
import { hasNewerStorage } from './storing.mjs';

const COUNTER = 'Crates';
const LIST = 'Before casting off';
const LOG = 'Logbook';
const NOTE = 'Handover';
const SETPOINT = 'Cabin';
const STATUS = 'Engine';
const SWITCH = 'Bilge pump';
const TIMER = 'Tea';

/** What the tanks hold, in litres; a port one that is nearly empty. */
const TANKS = { aft: 310, bilge: 4.5, bow: 220, day: 96, fresh: 640, grey: 120, hold: 18, lube: 33, port: 8, sludge: 57, starboard: 415, wing: 275 };

const tanks = { series: ['tank.*'], unit: 'l' };

/** The kinds, each with what it begins with where something is there, and without. */
const WIDGETS = [
  ['stat', 'Port tank', { series: ['tank.port'], unit: 'l', threshold: 10, warns: 'below' }],
  ['gauge', 'Day tank', { series: ['tank.day'], unit: 'l', min: 0, max: 120, threshold: 20, warns: 'below' }],
  ['switch', SWITCH, { on: false }],
  ['timer', TIMER, { minutes: 5 }],
  ['counter', COUNTER, { count: 12, unit: 'on board' }, { count: 0 }],
  ['setpoint', SETPOINT, { value: 21, min: 5, max: 30, step: 0.5, unit: '°C' }],
  ['status', STATUS, { state: 'busy', text: 'Warming up, oil at 60 °C' }, { state: 'ok', text: '' }],
  ['bar', 'Tanks', tanks],
  ['series', 'Fuel', { series: ['tank.day', 'tank.fresh'], unit: 'l' }],
  ['table', 'All tanks', tanks],
  ['checklist', LIST, { 'item-1': 'Shore power off', 'done-1': true, 'item-2': 'Lines singled up', 'done-2': false, 'item-3': 'Radio on 16, and heard', 'done-3': false }, {}],
  ['log', LOG, {}],
  ['note', NOTE, { text: '# Night watch\n\nPort tank is **nearly empty**: `8 l`.\n\n- [x] valve shut\n- [ ] call Mia' }, { text: '' }],
];

/** `person`: who has it on their screen, where that is somebody already; `state`: what their page is in. */
async function all(scene, { isFilled = true, person = undefined, state = 'live' } = {}) {
  const server = await scene.stage.server();
  if (isFilled) await post(server);
  const me = person ?? (await scene.me());
  const board = await me.open();
  await board.isIn(state);
  const form = await boardMenu(board);
  await form.getByRole('combobox', { name: 'Start with' }).selectOption('A file');
  const widgets = WIDGETS.map(([kind, title, filled, empty = filled]) => {
    const fields = isFilled ? filled : { ...empty, ...('series' in empty && { series: [`nobody.sends.${kind}`] }) };
    return { kind, fields: { title, ...fields } };
  });
  const text = JSON.stringify({ tideboard: 1, name: 'Watch', widgets });
  await form.getByLabel('Board file').setInputFiles(fileOf(text));
  await textIn(form, text.slice(0, 30));
  await form.getByRole('button', { name: 'Add board' }).click();
  await board.widget(NOTE).waitFor();
  if (isFilled) {
    for (const line of ['Cast off', 'Fog from the west']) await write(board, line);
    await board.widget(TIMER).getByRole('button', { name: 'Start' }).click();
    await post(server);
    await board.widget('Tanks').getByRole('listitem').filter({ hasText: 'wing' }).waitFor();
  }
  await board.isSettled();
  return { me, board: await atRest(board) };
}

/** Two minutes of each tank, every other second, up to now. */
async function post({ port }) {
  const now = Date.now();
  const lines = Object.entries(TANKS).flatMap(([name, litres], tank) =>
    Array.from({ length: 60 }, (_, at) => `tank.${name} ${(litres + 3 * Math.sin((at + tank) / 6)).toFixed(1)} ${now - 2_000 * (59 - at)}`),
  );
  await fetch(`http://127.0.0.1:${port}/api/v1/samples`, { method: 'POST', body: lines.join('\n') });
}

export async function allEmpty(scene) {
  const { me, board } = await all(scene, { isFilled: false });
  return scene.shows(me, board);
}

export async function allLive(scene) {
  const { me, board } = await all(scene);
  return scene.shows(me, board);
}

/** An edit of each that people edit. */
async function editsEach(board) {
  await board.increase(COUNTER);
  await board.set(23.5, SETPOINT);
  await board.choose('Look', STATUS);
  await board.widget(LIST).getByRole('checkbox').nth(1).check();
  await write(board, 'Call the harbour');
  await board.widget(TIMER).getByRole('button', { name: 'Pause' }).click();
  await note(board, 'Port tank is empty.', NOTE);
}

const EDITED = 7;

export async function allOffline(scene) {
  const { me, board } = await all(scene);
  await me.goOffline();
  await board.isIn('offline');
  await editsEach(board);
  await board.keeps(EDITED);
  return atRest(board);
}

/** What the server has drawn of them, before the program has come. */
export async function allFirstLook(scene) {
  const { board } = await all(scene);
  const me = await scene.me();
  await me.holds('**/*.wasm');
  const first = await me.open(new URL(board.page.url()).pathname.slice(1));
  await first.page.locator('.first-look').getByText(NOTE).first().waitFor();
  return first;
}

export async function allCatchingUp(scene) {
  const me = await scene.me();
  const loses = await losesQuestions(me);
  const { board } = await all(scene, { person: me });
  await loses(board);
  await board.page.reload();
  await board.page.locator('article[data-state="catching-up"]').nth(EDITED).waitFor();
  return atRest(board);
}

export async function allStale(scene) {
  const { me, board } = await all(scene);
  me.network.stall();
  await board.page.locator('article[data-kind="gauge"][data-state="stale"]').waitFor();
  return board;
}

/** An edit of each, on its way. */
export async function allPending(scene) {
  const { me, board } = await all(scene);
  me.network.stall();
  await editsEach(board);
  await board.page.locator('article[data-pending="true"]').nth(EDITED - 1).waitFor();
  return atRest(board);
}

/** The server has accepted none of them: on their way they have become edits of a field that there is not. */
export async function allSetAside(scene) {
  const me = await scene.me();
  let isBroken = false;
  await me.translates({
    toServer: (text) => (isBroken ? String(text).replaceAll(/"field":"[^"]*"/g, '"field":"nothing"') : text),
    toPage: (text) => text,
  });
  const { board } = await all(scene, { person: me });
  isBroken = true;
  await editsEach(board);
  await board.page.locator('article .refusal').nth(EDITED - 1).waitFor();
  return atRest(board);
}

/** An edit of each, where the device stores nothing. */
export async function allCannotStore(scene) {
  const me = await scene.me();
  await hasNewerStorage(me);
  const { board } = await all(scene, { person: me, state: 'cannot-store' });
  await editsEach(board);
  return atRest(board);
}

/** Two versions of three of them, made without a network; and what takes effect now or never, and could not. */
export async function allConflict(scene) {
  const { me, board } = await all(scene);
  const his = await scene.live(await scene.other(), new URL(board.page.url()).pathname.slice(1));
  me.network.cut();
  await board.isIn('waiting', 'offline');
  for (const [who, number, word, text] of [[board, 24, 'Look', 'Call Mia.'], [his, 18, 'Down', 'Mia was called.']]) {
    await who.set(number, SETPOINT);
    await who.choose(word, STATUS);
    await note(who, text, NOTE);
  }
  await his.isSettled();
  await board.widget(SWITCH).getByRole('button', { name: 'Switch on…' }).click();
  await board.widget(SWITCH).getByRole('button', { name: 'Switch on now' }).click();
  await board.widget(SWITCH).locator('.refusal').waitFor();
  me.network.heal();
  for (const title of [SETPOINT, STATUS, NOTE]) await board.widget(title).and(board.page.locator('[data-conflict="true"]')).waitFor();
  return atRest(board);
}
