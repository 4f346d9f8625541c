import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { NOTE_TITLE, addBoard, boardMenu, cards, exportBoard, fileOf, openPaste, textIn } from '../harness/files.mjs';

export const title = 'boards start from templates, cards are copied to other boards, and a board that was exported is made again, with a network and without; what is no board file is answered';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada', { acceptDownloads: true }), stage.person('Ben')]);
  const hers = await ada.open();
  const { page } = hers;
  await hers.isIn('live');

  // A template, under a name of one's own.
  await addBoard(hers, 'Night shift', 'Shift board');
  await page.getByRole('heading', { name: 'Night shift', exact: true }).waitFor();
  await hers.widget(NOTE_TITLE).waitFor();
  await hers.isSettled();
  const made = await cards(hers);
  deepEqual(made.map(({ title }) => title), ['Shift', 'People on shift', 'Incidents', 'Radio', 'Start of shift', 'Handover', NOTE_TITLE]);
  const his = await ben.open(new URL(page.url()).pathname.slice(1));
  await his.isIn('live');
  await his.page.locator('#board').getByRole('article', { name: NOTE_TITLE }).waitFor();
  deepEqual(await cards(his), made);

  // Another one without a network, called as the template is: all of it is on this device at once, and goes out later.
  await ada.goOffline();
  await addBoard(hers, '', 'Lab');
  await page.getByRole('heading', { name: 'Lab', exact: true }).waitFor();
  await hers.widget('This run').waitFor();
  equal((await cards(hers)).length, 7);

  // A card is copied to it from the board before, all of it, and stands last.
  const text = 'Ropes are wet.';
  await page.goBack();
  const note = hers.widget(NOTE_TITLE).getByRole('textbox');
  await note.fill(text);
  await hers.openMenu(NOTE_TITLE);
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  await page.locator('.banner[data-state="copied"]').waitFor();
  await hers.hasFocus('button', `Menu of ${NOTE_TITLE}`);
  await page.goForward();
  await hers.widget('This run').waitFor();
  const box = await openPaste(hers);
  await box.focus();
  await page.keyboard.press('Control+v');
  await hers.hasFocus('article', NOTE_TITLE);
  equal((await cards(hers)).at(-1).texts.join(), text);
  await ada.goOnline();
  await hers.isIn('live');
  await hers.isSettled();
  await his.page.goto(new URL(new URL(page.url()).pathname, ben.network.url).href);
  await his.isIn('live');
  await his.page.locator('#board').getByRole('article', { name: NOTE_TITLE }).waitFor();
  deepEqual(await cards(his), await cards(hers));

  // It is undone as any other edit, and done once more.
  await page.keyboard.press('Control+z');
  await Promise.all([hers, his].map((board) => board.widget(NOTE_TITLE).waitFor({ state: 'detached' })));
  await page.keyboard.press('Control+Shift+z');
  await Promise.all([hers, his].map((board) => board.widget(NOTE_TITLE).waitFor()));
  await hers.isSettled();

  // Exported and made again, it is the same.
  const before = await cards(hers);
  const { saved, path } = await exportBoard(hers);
  equal(saved, 'lab.board.json');
  const { tideboard, name, widgets } = JSON.parse(readFileSync(path, 'utf8'));
  deepEqual([tideboard, name, widgets.length], [1, 'Lab', 8]);
  const first = page.url();
  const form = await boardMenu(hers);
  await form.getByRole('combobox', { name: 'Start with' }).selectOption('A file');
  await form.getByLabel('Board file').setInputFiles({ name: saved, mimeType: 'application/json', buffer: readFileSync(path) });
  await textIn(form, '"Lab"');
  await form.getByRole('button', { name: 'Add board' }).click();
  await page.waitForURL((url) => url.href !== first);
  await hers.widget(NOTE_TITLE).waitFor();
  deepEqual(await cards(hers), before);
  await hers.isSettled();

  // What is no board file is said, where it was given, and nothing is made of it.
  const again = await boardMenu(hers);
  await again.getByRole('combobox', { name: 'Start with' }).selectOption('A file');
  const alert = again.getByRole('alert');
  const answers = async (content, expected) => {
    await again.getByLabel('Board file').setInputFiles(fileOf(content));
    await textIn(again, content.slice(0, 30));
    await again.getByRole('button', { name: 'Add board' }).click();
    await alert.filter({ hasText: expected }).waitFor();
  };
  await again.getByRole('textbox', { name: 'New board' }).fill('Wreck');
  await answers('{"tideboard": 1, "widgets": [{"kind": "note"}, {"fields": {}}]}', 'Widget 2 has no kind.');
  await answers('{"tideboard": 2}', 'This file is of a newer Tideboard.');
  await answers('not even JSON', 'This is not a board file: it makes no sense from line 1 on.');
  await answers('x'.repeat(9 * 1024 * 1024), 'This is more than a board file may be, which is 8 MB.');
  equal(await again.getByRole('link', { name: 'Wreck' }).count(), 0);
  await page.keyboard.press('Escape');

  // The same of what is pasted as a card; then what the server does not know is set aside, and reads well.
  const paste = await openPaste(hers);
  await paste.fill('Ropes are wet.');
  await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'This is not a copied card' }).waitFor();
  const unknown = { tideboard: 1, widgets: [{ kind: 'dial', fields: { title: 'Rudder' } }, { kind: 'note', fields: { title: 'Anchor', text: 7 } }] };
  await paste.fill(JSON.stringify(unknown));
  await page.locator('.pending-badge[data-state="failed"]').waitFor();
  await page.locator('.pending-badge').getByRole('button').click();
  const refused = page.getByRole('region', { name: 'Not accepted' }).getByRole('listitem');
  await refused.filter({ hasText: 'Rudder' }).filter({ hasText: 'Add a dial' }).waitFor();
  await refused.filter({ hasText: 'Anchor' }).filter({ hasText: 'text, and `text` is none' }).waitFor();
  match(await refused.first().innerText(), /Retry/);
}
