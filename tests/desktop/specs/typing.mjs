import { eventually } from '../harness/inspector.mjs';
import { field } from '../harness/server_state.mjs';

export const title = 'No letter is lost however fast it is typed, and what others write meanwhile is shown';
export const isOfAPhoneToo = true;

const BOX = 'article[data-kind="note"] textarea';
const TYPED = 'Pumps two and three were checked at noon, and nothing dripped. Pump one is to be looked at once more before we leave.';

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.enter(BOX);
  screen.press('ctrl+a');
  screen.type(TYPED, { delayMs: 1 });
  await arrives(server, TYPED);
  await shows(window, TYPED);

  // The box has still the focus. One text is new there, and the other one had stood there a moment ago.
  for (const text of ['Somebody else was here.', TYPED]) {
    await write(server, text);
    await shows(window, text);
  }
  // It was typed and taken back a moment ago, and that has been drawn.
  screen.press('ctrl+End');
  screen.type('!');
  await arrives(server, `${TYPED}!`);
  screen.press('BackSpace');
  await arrives(server, TYPED);
  await window.until((box) => document.querySelector(box).dataset.state === 'confirmed', BOX);
  for (const text of [`${TYPED}!`, TYPED]) {
    await write(server, text);
    await shows(window, text);
  }
  screen.press('ctrl+End');
  screen.type(' Done.', { delayMs: 1 });
  // What is on its way from the keyboard comes first.
  await shows(window, `${TYPED} Done.`);
  await window.evaluate(() => document.activeElement.blur());
  await arrives(server, `${TYPED} Done.`);
}

async function arrives(server, text) {
  let there;
  try {
    await eventually(async () => (there = await field(server, 'note', 'text')) === text);
  } catch (cause) {
    throw new Error(`the server has: ${there}`, { cause });
  }
}

async function shows(window, text) {
  await window.until((box, text) => document.querySelector(box)?.value === text, BOX, text);
}

/** Another program sets the note. */
async function write(server, text) {
  const path = '/api/v1/boards/this-machine/widgets/note/fields/text';
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body: text });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}: ${await answer.text()}`);
}
