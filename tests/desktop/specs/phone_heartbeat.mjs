import { eventually } from '../harness/inspector.mjs';

export const title = 'A phone on its battery lets a quiet server rest for seconds; put away it is not among the people of its board';
export const isOfAPhone = true;

/** A window asks three or four times in this time, in milliseconds; a phone that no kernel tells what charges it once in fifteen seconds. */
const QUIET_MS = 13_000;

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.evaluate(() => document.querySelector('.board-name-text').closest('button').click());
  await window.enter('section[aria-label="New board"] input[name="name"]');
  screen.type('Quiet');
  screen.press('Return');
  await window.until(() => document.querySelector('main[data-state="empty"]'));
  await window.until(() => document.querySelector('.pending-badge')?.dataset.state === 'clear');

  // All that the new board had to say is said, and asked about.
  let before = await frames(server);
  await eventually(async () => {
    const last = before;
    await passes(ASKED_MS);
    before = await frames(server);
    return before === last;
  });
  await passes(QUIET_MS - ASKED_MS);
  const came = (await frames(server)) - before;
  if (came > 1) throw new Error(`${came} frames came in ${QUIET_MS} ms`);

  // It leaves the board's people with a word, which is a frame, and is back with another.
  const id = screen.windowOf(window.pid);
  for (const hides of [true, false]) {
    const count = await frames(server);
    if (hides) screen.minimise(id);
    else screen.show(id);
    await eventually(async () => (await frames(server)) > count);
  }
}

/** What a person's last word is asked about within, with room. */
const ASKED_MS = 4_500;

const passes = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many frames the server has received so far. */
async function frames(server) {
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  return Number(/^tideboard_frames_received_total (\d+)$/m.exec(await answer.text())[1]);
}
