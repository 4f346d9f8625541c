import { Bus } from '../harness/bus.mjs';
import { eventually } from '../harness/inspector.mjs';
import { write } from '../harness/server_state.mjs';

export const title = 'While a window is minimised the desktop tells what waits for its person: one at a time, where and not what, if that is wanted';

export async function play({ screen, server, window }) {
  const bus = await Bus.start();
  window.environment = bus.env;
  try {
    await server.start();
    await window.start('--server', `http://127.0.0.1:${server.port}`);
    await window.isIn('live');
    await window.focus();
    const id = screen.active();
    const isHidden = (hidden) => window.until((hidden) => (document.visibilityState === 'hidden') === hidden, hidden);
    const minimise = async () => {
      screen.minimise(id);
      await isHidden(true);
    };

    // Nobody listens: nothing is told, and all goes on. What a person sees is not told, either.
    await minimise();
    await quarrel(server, window, 'busy', 'down');
    await bus.addNotifications(screen);
    screen.show(id);
    await isHidden(false);
    await decide(window);
    await quarrel(server, window, 'busy', 'attention');
    await decide(window);
    equal(bus.shown, []);

    await minimise();
    await quarrel(server, window, 'busy', 'down');
    await eventually(() => bus.shown.length === 1);
    const first = { summary: 'Two versions wait for your choice: How it is', body: 'On the board This machine' };
    equal(bus.shown, [first]);

    // Another one takes its place.
    await refusal(server, window);
    await eventually(() => bus.shown.length === 2);
    const second = { ...first, summary: 'An edit was not accepted: Target temperature' };
    equal(bus.shown, [first, second]);
    await eventually(() => bus.displayed() === 1);

    // Pressed, it brings the window, and is gone.
    bus.press();
    await eventually(() => screen.active() === id);
    await isHidden(false);
    await eventually(() => bus.displayed() === 0);
    await decide(window);

    // So it is when the window is brought in another way.
    await minimise();
    await quarrel(server, window, 'busy', 'attention');
    await eventually(() => bus.displayed() === 1);
    screen.show(id);
    await eventually(() => bus.displayed() === 0);
    await decide(window);

    // By the menu it is switched off; the next start knows.
    screen.press('alt+f');
    screen.press('o');
    await eventually(() => window.kept().is_silent === true);
    await window.kill();
    await window.start();
    await window.isIn('live');
    await window.focus();
    screen.minimise(screen.active());
    await isHidden(true);
    await quarrel(server, window, 'busy', 'down');
    equal(bus.shown, [first, second, first]);
  } finally {
    bus.close();
  }
}

/** Somebody else chooses while this window is offline; it ends when the window asks which stands. */
async function quarrel(server, window, mine, theirs) {
  await window.worksOffline(true);
  await window.until((mine) => {
    const choice = document.querySelector(`article[data-kind="status"] input[value="${mine}"]`);
    choice?.click();
    return choice !== null;
  }, mine);
  await window.until(() => document.querySelector('.pending-badge')?.dataset.state !== 'clear');
  await write(server, 'status', 'state', theirs);
  await window.worksOffline(false);
  await window.until(() => document.querySelector('.quarrel') !== null);
}

/** A number is set while this window is offline, and its bounds are narrower when it comes. */
async function refusal(server, window) {
  await window.worksOffline(true);
  await window.evaluate(() => {
    const box = document.querySelector('article[data-kind="setpoint"] .range');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, '29');
    for (const kind of ['input', 'change']) box.dispatchEvent(new Event(kind, { bubbles: true }));
  });
  await window.until(() => document.querySelector('.pending-badge')?.dataset.state !== 'clear');
  await write(server, 'setpoint', 'max', 25);
  await window.worksOffline(false);
}

/** All that waits for the person is answered. */
async function decide(window) {
  await window.until(() => {
    const words = ['Keep theirs', 'Discard'];
    const buttons = [...document.querySelectorAll('button')].filter(({ textContent }) => words.some((word) => textContent.startsWith(word)));
    buttons[0]?.click();
    return buttons.length === 0 && document.querySelector('.pending-badge')?.dataset.state === 'clear';
  });
}

function equal(found, wanted) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)}, and not ${JSON.stringify(wanted)}`);
}
