// Boards and cards as files, as people meet them: the forms, and what a board shows.

/** The last card of the shift board. */
export const NOTE_TITLE = 'For the next shift';

/** Opens the list of boards, and gives it. */
export async function boardMenu({ page }) {
  await page.locator('button.board-name').click();
  const list = page.getByRole('dialog', { name: 'Boards' });
  await list.waitFor();
  return list;
}

/** Adds a board, called by its template where it has no name of its own. */
export async function addBoard(board, name, start) {
  const list = await boardMenu(board);
  await list.getByRole('combobox', { name: 'Start with' }).selectOption(start);
  await list.getByRole('textbox', { name: 'New board', exact: true }).fill(name);
  await list.getByRole('button', { name: 'Add board' }).click();
  await list.waitFor({ state: 'detached' });
}

/** Exports the board that is open: what the file is called, and where it lies. */
export async function exportBoard(board) {
  const list = await boardMenu(board);
  const saving = board.page.waitForEvent('download');
  await list.getByRole('button', { name: 'Export' }).click();
  const file = await saving;
  await board.page.keyboard.press('Escape');
  return { saved: file.suggestedFilename(), path: await file.path() };
}

/** Opens *Add widget*, and gives the box for what was copied. */
export async function openPaste({ page }) {
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  const box = page.getByRole('textbox', { name: 'Copied card' });
  await box.waitFor();
  return box;
}

/** Resolves when the text of the file that was chosen has come into its box. */
export async function textIn(list, part) {
  const box = await list.getByRole('textbox', { name: 'Its text' }).elementHandle();
  await list.page().waitForFunction(([box, part]) => box.value.includes(part), [box, part]);
}

/** A file that a person chooses. */
export function fileOf(content) {
  return { name: 'some.board.json', mimeType: 'application/json', buffer: Buffer.from(content) };
}

/** What the cards of a board say, in their order: kinds, titles, what stands in their boxes, and which words are chosen. */
export function cards({ page }) {
  return page.locator('#board > article').evaluateAll((found) =>
    found.map((card) => ({
      title: card.getAttribute('aria-label'),
      kind: card.dataset.kind,
      texts: [...card.querySelectorAll('.card-body :is(textarea, input:not([type=radio], [type=checkbox]))')].map((box) => box.value).filter((text) => text !== ''),
      chosen: [...card.querySelectorAll('.card-body input:checked')].map((box) => box.value),
      said: [...card.querySelectorAll('.card-body output')].map((output) => output.textContent),
    })),
  );
}
