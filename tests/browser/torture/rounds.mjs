// A server that is killed over and over under load, and asked after each start for all that it has ever said.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from './connection.mjs';
import { Dice } from './dice.mjs';
import { Ledger } from './ledger.mjs';
import { COUNTERS, Pusher, births } from './pusher.mjs';
import { Watcher } from './watcher.mjs';

const BOARDS = 5;
/** How those who edit reach the server. */
const WAYS = ['socket', 'socket', 'socket', 'socket', 'socket', 'request', 'request', 'both'];
/** A server is killed within so many milliseconds of the first edit; some before they have come up. */
const KILLED_WITHIN_MS = 1_000;
const STILLBORN_WITHIN_MS = 60;
const STILLBORN_PERCENT = 10;
/** Items of a push that are sent again: they fit a frame. */
const AGAIN_LEN = 100;
/** How often what has no verdict yet is sent again. */
const TRIES = 3;
/** Everything that was ever decided is asked for after so many kills, and at the end. */
const ALL_EVERY = 10;

/**
 * Kills a running `server` so many `times`, by a plan of the `seed`; gives the books. `told` is called with them after each
 * kill. `broken` plays a server that does not keep its promises, for the books to be seen to find it: one that is
 * `rolled-back` to what was on its disk before a life, or one that has `doubled` an operation.
 */
export async function torture(server, { times, seed, broken, told = () => {} }) {
  const dice = new Dice(seed);
  const boards = Array.from({ length: BOARDS }, () => `torture-${dice.id().slice(0, 12)}`);
  const ledger = new Ledger();
  const scene = { server, dice, boards, ledger, watcher: new Watcher(ledger), broken };
  ledger.starts();
  ledger.goesOn();
  ledger.sends(births(dice.id(), boards));
  for (let killed = 0; killed <= times; killed += 1) {
    if (!server.isRunning) await starts(scene);
    const isAll = killed % ALL_EVERY === 0 || killed === times;
    const cursors = await inspects(scene, isAll);
    told(killed, ledger);
    if (killed < times) await lives(scene, cursors);
  }
  return ledger;
}

/** Starts it, sometimes in vain at first. */
async function starts({ server, dice, ledger }) {
  while (dice.chance(STILLBORN_PERCENT)) {
    const started = server.start().catch(() => {});
    await after(dice.below(STILLBORN_WITHIN_MS));
    await server.kill();
    await started;
  }
  await server.start();
  ledger.starts();
}

/** Asks for what was sent in the life before, and for what is there; gives how far each board has come. */
async function inspects({ server, boards, ledger, watcher }, isAll) {
  const connection = await Connection.greet(server.port);
  connection.on('verdicts', (answers) => ledger.answers(answers));
  let again = ledger.sentBefore;
  for (let tries = 0; tries < TRIES && again.length > 0; tries += 1) {
    for (let at = 0; at < again.length; at += AGAIN_LEN) await connection.push(again.slice(at, at + AGAIN_LEN));
    again = ledger.openBefore;
  }
  ledger.closes();
  const cursors = new Map();
  for (const board of boards) {
    const { answer, widgets } = await connection.subscribe(board, undefined, isAll ? ledger.clients : []);
    ledger.compares(board, answer.at.revision, widgets);
    if (isAll) ledger.wasTold(board, answer.horizon);
    watcher.compares(board, widgets);
    cursors.set(board, answer.at);
  }
  connection.close();
  ledger.goesOn();
  return cursors;
}

/** A life under load, from the first edit to its sudden end. */
async function lives({ server, dice, boards, ledger, watcher, broken }, cursors) {
  const connections = await Promise.all([...WAYS, 'watch'].map(() => Connection.greet(server.port)));
  const watching = connections.pop();
  await watcher.watches(watching, boards);
  const backup = broken === 'rolled-back' ? copied(server.data) : undefined;
  const loads = connections.map((connection, at) => {
    connection.on('verdicts', (answers) => ledger.answers(answers));
    return new Pusher(new Dice(dice.id()), connection, ledger, boards, cursors).pushes(WAYS[at]);
  });
  if (broken === 'doubled') await strays(watching, dice.id(), boards[0]);
  await after(dice.below(KILLED_WITHIN_MS));
  await server.kill();
  await Promise.all(loads);
  if (!watching.isGone) await new Promise((gone) => watching.once('gone', gone));
  if (backup) {
    rmSync(server.data, { recursive: true });
    cpSync(backup, server.data, { recursive: true });
    rmSync(backup, { recursive: true });
  }
}

/** An effect that nobody has asked for, as a server has that applies an operation twice: but under an id that is not in the books. */
async function strays(connection, client, board) {
  const made_at = { epoch: '0'.repeat(32), revision: 0 };
  const intent = { add: { field: 'count', amount: 1 } };
  await connection.push([{ operation: { operation: { id: `${client}-1`, board, widget: COUNTERS[0], schema: 1, made_at, intent } } }]);
}

function copied(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'tideboard-backup-'));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function after(ms) {
  return new Promise((passed) => setTimeout(passed, ms));
}
