export const title = 'Escape takes back what was typed, and Enter empties the box of a new entry, also where that stood there a moment ago';
export const isOfAPhoneToo = true;

const NUMBER = 'article[data-kind="setpoint"] input[type="number"]';
const ITEM = 'article[data-kind="checklist"] form input';

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  const holds = (box, text) => window.until((box, text) => document.querySelector(box)?.value === text, box, text);
  const before = await window.until((box) => document.querySelector(box)?.value, NUMBER);
  await window.enter(NUMBER);
  screen.press('End');
  screen.press('1');
  await holds(NUMBER, `${before}1`);
  screen.press('BackSpace');
  await holds(NUMBER, before);
  screen.press('2');
  await holds(NUMBER, `${before}2`);
  screen.press('Escape');
  await holds(NUMBER, before);

  const items = () => document.querySelectorAll('article[data-kind="checklist"] li').length;
  const count = await window.evaluate(items);
  await window.enter(ITEM);
  screen.press('a');
  await holds(ITEM, 'a');
  screen.press('BackSpace');
  await holds(ITEM, '');
  screen.type('Close the valve');
  screen.press('Return');
  await window.until((count) => document.querySelectorAll('article[data-kind="checklist"] li').length === count + 1, count);
  await holds(ITEM, '');
}
