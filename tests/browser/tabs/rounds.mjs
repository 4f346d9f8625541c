// Tabs of one profile that are killed over and over while they press, and the books of what their pages had said.
import { Board } from '../harness/board.mjs';
import { launchBrowser } from '../harness/browser.mjs';
import { Network } from '../harness/network.mjs';
import { Connection } from '../torture/connection.mjs';
import { Dice } from '../torture/dice.mjs';
import { Books } from './books.mjs';
import { watchesRising } from './pressing.mjs';
import { Profile } from './profile.mjs';
import { SHARED, Tab } from './tab.mjs';

/** Something happens within so many milliseconds of what happened before. */
const LIVED_WITHIN_MS = 400;
/** What happens, in percent: the network of this device changes, a tab is stopped for a while; else one is killed. */
const NETWORK_PERCENT = 12;
const FREEZE_PERCENT = 15;
/** A tab is stopped for less than this, in milliseconds. */
const FROZEN_MS_MAX = 2_000;
/** How often it is the tab that sends for all that is killed. */
const LEADER_PERCENT = 50;
/** Before a device breaks, so many presses are said to be saved on it, within so many milliseconds. */
const SAVED_MIN = 20;
const SAVED_MS_MAX = 60_000;
/** However many edits wait. */
const ANY = Number.MAX_SAFE_INTEGER;

/**
 * Kills tabs of one profile on one board so many `times`, by a plan of the `seed`; gives the books. Every second one stops to press, and
 * is killed in the moment in which its page has said that all of it is saved: the next one must show the same number. The others die as
 * they press. `timed` presses are timed first, in a tab of its own. What a page says while more than `waitingMax` edits wait is not
 * counted. `broken` plays a device, or a server, that does not keep its promises: one whose storage was `emptied`, one that lacks the
 * `last` press that was said to be saved, one that has `doubled` a press, one where a level was `reordered`.
 */
export async function killTabs(server, { times, seed, tabs: count = 4, timed = 0, waitingMax = ANY, broken, told = () => {} }) {
  const scene = { server, dice: new Dice(seed), books: new Books(), tabs: [], isCut: false };
  scene.board = `tabs-${scene.dice.id().slice(0, 12)}`;
  await makes(scene, count);
  scene.network = await Network.to(server.port);
  const tabOf = (page) => scene.tabs.find((tab) => tab.page === page);
  scene.profile = await Profile.open({
    grant: (page, given) => tabOf(page)?.grants(given) ?? false,
    say: (page, given) => tabOf(page)?.says(given),
  });
  const browser = await launchBrowser();
  try {
    const onlooker = await watches(browser, scene);
    const url = `${scene.network.url}boards/${scene.board}`;
    scene.tabs = Array.from({ length: count }, (_, number) => new Tab(scene.profile, scene.books, url, number, waitingMax));
    const took = timed > 0 ? await timesIn(scene, timed) : [];
    await Promise.all(scene.tabs.filter(({ page }) => page === undefined).map((tab) => tab.open()));
    await Promise.all(scene.tabs.map(({ ready }) => ready));
    for (let killed = 1; killed <= times; killed += 1) {
      await lives(scene, killed % 2 === 0);
      scene.watching.ping();
      told(killed, scene.books);
    }
    if (broken === 'emptied' || broken === 'last') await breaks(scene, url, broken);
    await ends(scene, onlooker, broken);
    return { books: scene.books, took: took.sort((one, other) => one - other) };
  } finally {
    await browser.close();
    await scene.profile.close();
    scene.watching?.close();
    scene.network.close();
  }
}

/** The board, by somebody at the server, who hears of all that becomes of it. */
async function makes(scene, count) {
  const { board, books } = scene;
  scene.watching = await Connection.greet(scene.server.port);
  scene.watching.setMaxListeners(0);
  await scene.watching.subscribe(board);
  scene.watching.on('changes', (heard) => {
    if (heard.board === board) heard.changes.forEach((change) => books.hears(change));
  });
  const counters = Array.from({ length: count }, (_, number) => ({ widget: `counter-${number}`, title: `Count ${number}` }));
  const levels = Array.from({ length: count }, (_, number) => ({ widget: `level-${number}`, title: `Level ${number}` }));
  await pushes(scene, [
    { widget: 'board', intent: { create: { kind: 'board', fields: { name: 'Tabs' } } } },
    ...[...counters, SHARED].map(({ widget, title }) => ({ widget, intent: { create: { kind: 'counter', fields: { count: 0, title } } } })),
    ...levels.map(({ widget, title }) => ({ widget, intent: { create: { kind: 'setpoint', fields: { value: 0, min: 0, max: 1_000_000, title } } } })),
  ]);
}

/** Operations of somebody who is no tab. */
async function pushes({ watching, board, dice }, changes) {
  const made_at = { epoch: '0'.repeat(32), revision: 0 };
  const client = dice.id();
  const item = ({ widget, intent, base }, at) => ({ operation: { operation: { id: `${client}-${at + 1}`, board, widget, schema: 1, made_at, intent, base } } });
  await watching.push(changes.map(item));
}

/** Another person at the board, whose screen shows numbers that only rise. */
async function watches(browser, { server, board }) {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.port}/boards/${board}`);
  await new Board(page).isIn('live');
  await page.evaluate(watchesRising);
  return page;
}

async function timesIn({ tabs: [tab] }, timed) {
  await tab.open(false);
  await tab.ready;
  await new Board(tab.page).isIn('live');
  const took = await tab.times(timed);
  await tab.goes();
  return took;
}

/** From one death to the next; whether who dies has stopped, with all said to be saved. */
async function lives(scene, isSettled) {
  const { dice } = scene;
  for (;;) {
    await after(dice.below(LIVED_WITHIN_MS));
    if (dice.chance(NETWORK_PERCENT)) turnsNetwork(scene);
    else if (dice.chance(FREEZE_PERCENT)) freezes(scene);
    else break;
  }
  if (isSettled) {
    const tab = await victim(scene, scene.tabs.filter(({ isFrozen }) => !isFrozen));
    await tab.ready;
    await tab.killSettled();
    return tab.open();
  }
  const tab = await victim(scene, scene.tabs);
  await tab.kill();
  await tab.open();
}

async function victim({ dice }, tabs) {
  const one = dice.oneOf(tabs);
  if (!dice.chance(LEADER_PERCENT)) return one;
  const leads = await Promise.all(tabs.map((tab) => tab.isLeader()));
  return tabs[leads.indexOf(true)] ?? one;
}

function turnsNetwork(scene) {
  scene.isCut = !scene.isCut;
  if (scene.isCut) scene.network.cut();
  else scene.network.heal();
}

function freezes({ dice, tabs }) {
  const tab = dice.oneOf(tabs);
  const ms = dice.below(FROZEN_MS_MAX);
  if (tab.isPressing && !tab.isFrozen) tab.freeze(ms);
}

function thaws(tabs) {
  for (const tab of tabs) if (tab.isFrozen) tab.thaw();
}

/** All die while there is no network, and of what the device has stored all is gone, or the last press. */
async function breaks(scene, url, broken) {
  const { tabs, books, network, profile } = scene;
  await rests(scene);
  network.cut();
  const before = books.saved;
  await Promise.all(tabs.map((tab) => tab.goes()));
  for (const until = Date.now() + SAVED_MS_MAX; books.saved < before + SAVED_MIN; await after(1)) {
    if (Date.now() > until) throw new Error(`only ${books.saved - before} presses were said to be saved`);
  }
  for (const tab of tabs.slice(1)) await tab.kill();
  if (broken === 'last') await tabs[0].killSettled();
  else await tabs[0].kill();
  const cleaner = await profile.openTab(new URL('/healthz', url).href);
  if (broken === 'emptied') await profile.empties(cleaner, url);
  else if ((await profile.loses(cleaner, tabs[0].counter.widget)) === 0) throw new Error('nothing waited that could be lost');
  await cleaner.page.close();
  for (const tab of tabs) await tab.open();
}

/** There is a network, and nobody presses, until nothing waits. */
async function rests({ tabs, network }) {
  network.heal();
  thaws(tabs);
  await Promise.all(tabs.map(({ ready }) => ready));
  await Promise.all(tabs.map((tab) => tab.settles()));
}

/** Nothing waits any more, and what there is is compared with the books. */
async function ends(scene, onlooker, broken) {
  const { tabs, books, server, board } = scene;
  await rests(scene);
  if (broken === 'doubled') await pushes(scene, [{ widget: 'counter-0', intent: { add: { field: 'count', amount: 1_000 } } }]);
  const connection = await Connection.greet(server.port);
  const { answer, widgets } = await connection.subscribe(board);
  if (broken === 'reordered') {
    const base = { revision: answer.at.revision };
    await pushes(scene, [{ widget: 'level-0', base, intent: { set: { field: 'value', value: 0 } } }]);
  }
  connection.close();
  for (const { counter } of [...tabs, { counter: SHARED }]) {
    const number = widgets[counter.widget].fields.count.value;
    books.compares(counter.widget, number, 'on the server');
    books.closes(counter.widget, number);
  }
  for (const what of await onlooker.evaluate(() => globalThis.wentBack)) books.wentBack(what);
}

function after(ms) {
  return new Promise((passed) => setTimeout(passed, ms));
}
