import { equal, ok } from 'node:assert/strict';

export const title = 'two people who type at one place of a note get both texts, each in one piece';

const TEXTS = ['\nropes, all twelve of them', ' fuel, forty litres in cans'];

export async function play(stage) {
  const people = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const boards = await Promise.all(people.map((person) => person.open()));
  await Promise.all(boards.map((board) => board.isIn('live')));
  const boxes = boards.map((board) => board.widget('Note').getByRole('textbox'));
  const before = await boxes[0].inputValue();
  await Promise.all(boxes.map(async (box, at) => {
    await box.focus();
    await box.press('Control+End');
    await box.pressSequentially(TEXTS[at], { delay: 60 });
    await box.blur();
  }));
  await Promise.all(boards.map((board) => board.isSettled()));
  const length = before.length + TEXTS.join('').length;
  await Promise.all(boxes.map(async (box) => {
    const element = await box.elementHandle();
    await box.page().waitForFunction(([box, length]) => box.value.length === length, [element, length]);
  }));
  const [hers, his] = await Promise.all(boxes.map((box) => box.inputValue()));
  equal(hers, his);
  ok(hers.startsWith(before) && TEXTS.every((text) => hers.includes(text)), hers);
}
