import { equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { COUNTER, SETPOINT } from '../harness/board.mjs';
import { Faults } from '../harness/faults.mjs';
import { Dice } from '../torture/dice.mjs';

export const title = 'a network that dawdles, breaks within frames, says things twice and falls silent on one way: each press counts once, and all see the same';

/** Half degrees from one value to the next: few enough that no value comes twice in a turn, where the first would be taken for the last. */
const STEPS_MAX = 9;
/** Each fault befalls each of the two so often, on each way. */
const FAULTS_MIN = 3;

export async function play(stage) {
  const seed = process.env.TIDEBOARD_SEED ?? randomBytes(4).toString('hex');
  const dice = new Dice(seed);
  const { port } = await stage.server();
  const people = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const boards = await Promise.all(people.map((person) => person.open()));
  const [[ada], [hers, his]] = [people, boards];
  await Promise.all(boards.map((board) => board.isIn('live')));

  const faults = people.map(() => new Faults(dice.id()));
  people.forEach((person, at) => person.network.suffers(faults[at]));
  let pressed = 0;
  const press = async (board) => {
    await board.increase();
    pressed += 1;
  };
  let level = 21;
  for (let turn = 0; !faults.every((faults) => faults.hadAll(FAULTS_MIN)); turn += 1) {
    const [one, other] = turn % 2 === 0 ? [hers, his] : [his, hers];
    for (let edits = 1 + dice.below(5); edits > 0; edits -= 1) {
      await Promise.all(boards.map(press));
      level = 5 + ((level - 5 + 0.5 * (1 + dice.below(STEPS_MAX))) % 25);
      await one.set(level);
    }
    // Who goes on from a value has seen it, so that nobody is to be asked.
    await other.isSetTo(level);
  }
  console.log(`      ${faults.map(({ cuts, twice }) => JSON.stringify({ cuts, twice })).join(' ')} ${pressed} presses (seed ${seed})`);
  // First what has come through it, and then what a whole connection says.
  faults.forEach((faults) => faults.end());
  await isSame();
  people.forEach(({ network }) => network.heal());
  await isSame();

  // What she says arrives, and she hears of nothing: so it is sent again, by whatever way.
  ada.network.stall('down');
  await press(hers);
  await his.counts(pressed);
  await hers.isIn('waiting', 'by-requests', 'offline');
  await press(hers);
  ada.network.heal();
  await isSame();
  // And the other way about: she hears of his, and hers waits.
  ada.network.stall('up');
  await press(hers);
  await press(his);
  await hers.counts(pressed);
  equal(await onServer('counter', 'count'), pressed - 1);
  ada.network.heal();
  await isSame();

  // A server that would not know what it was sent before is found out.
  ada.network.suffers(new Faults(dice.id(), { forgets: true }));
  await press(hers);
  await hers.isSettled();
  ok((await onServer('counter', 'count')) > pressed, 'what was done twice was not missed');

  async function isSame() {
    await Promise.all(boards.map((board) => board.counts(pressed)));
    await Promise.all(boards.map((board) => board.isSetTo(level)));
    await Promise.all(boards.map((board) => board.isSettled()));
    await Promise.all(boards.map((board) => board.isIn('live')));
    equal(await onServer('counter', 'count'), pressed);
    equal(await onServer('setpoint', 'value'), level);
    for (const board of boards) {
      for (const title of [COUNTER, SETPOINT]) equal(await board.widget(title).getByRole('alert').count(), 0);
    }
  }

  async function onServer(widget, field) {
    const { widgets } = await (await fetch(`http://127.0.0.1:${port}/api/v1/boards/this-machine`)).json();
    return widgets[widget].fields[field].value;
  }
}
