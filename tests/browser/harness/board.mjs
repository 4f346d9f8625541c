// The board as people know it: by roles, names and the states that the page exposes. Specs say what happens; where it is
// found on the page is said here, once.

import { readFileSync } from 'node:fs';

/** The first board's widgets, by the titles that the server gives them. */
export const COUNTER = 'Coffees';
export const SETPOINT = 'Target temperature';
export const SAMPLED = 'Network in';
export const STATUS = 'How it is';

export class Board {
  constructor(page) {
    this.page = page;
  }

  /** Resolves when the indicator says so: `live`, `offline`, `waiting`, `conflict`, … */
  async isIn(...states) {
    const found = states.map((state) => `.indicator[data-state="${state}"]`).join(', ');
    await this.page.locator(found).waitFor();
  }

  /** Resolves when the server has answered for everything that was changed here. */
  async isSettled() {
    await this.page.locator('.pending-badge[data-state="clear"]').waitFor();
  }

  /** Resolves when so many edits wait, each of them kept on this device. */
  async keeps(count) {
    await this.page.locator('.pending-badge').getByRole('button').click();
    await this.page.waitForFunction((count) => {
      const entries = [...document.querySelectorAll('section[aria-label="Not on the server yet"] li[data-state="saved"]')];
      // What was added to one number is one entry.
      const edits = entries.map((entry) => Number(/in (\d+) edits/.exec(entry.textContent)?.[1] ?? 1));
      return edits.reduce((sum, edits) => sum + edits, 0) >= count;
    }, count);
    await this.page.keyboard.press('Escape');
  }

  /** Has what waits as a file: its name, and the list in it. */
  async exports() {
    await this.page.locator('.pending-badge').getByRole('button').click();
    const saving = this.page.waitForEvent('download');
    await this.page.getByRole('button', { name: 'Export', exact: true }).click();
    const file = await saving;
    await this.page.keyboard.press('Escape');
    return { saved: file.suggestedFilename(), waiting: JSON.parse(readFileSync(await file.path(), 'utf8')) };
  }

  widget(title) {
    return this.page.getByRole('article', { name: title, exact: true });
  }

  /** Resolves when a widget's frame says so: `live`, `by-requests`, `no-samples`, … */
  async cardIs(state, title) {
    await this.page.locator(`article[data-state="${state}"]`).and(this.widget(title)).waitFor();
  }

  /** What the server has of a widget is on this device, for a start without it, with this in it; it is written a moment after it was shown. */
  async keepsState(widget, part) {
    await this.page.evaluate(async ([widget, part]) => {
      const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const database = await done(indexedDB.open('tideboard'));
      const find = async () => {
        const records = database.transaction('records').objectStore('records');
        const [keys, texts] = await Promise.all([done(records.getAllKeys()), done(records.getAll())]);
        return keys.some((key, at) => String(key).endsWith(`/${widget}`) && texts[at].includes(part));
      };
      while (!(await find())) await new Promise(requestAnimationFrame);
      database.close();
    }, [widget, part]);
  }

  /** The last live values are on this device, for a start without the server. */
  async keepsValues() {
    await this.page.evaluate(async () => {
      const done = (request) =>
        new Promise((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
      const database = await done(indexedDB.open('tideboard'));
      const names = () => done(database.transaction('notes').objectStore('notes').getAllKeys());
      while (!(await names()).includes('values')) await new Promise(requestAnimationFrame);
      database.close();
    });
  }

  /** A sampled widget shows its last value, and how old it is. */
  async showsLastValue(title = SAMPLED) {
    await this.widget(title).locator('.figure').waitFor();
    await this.widget(title).getByText(/\d\s(s|min) ago/).waitFor();
  }

  /** Adds a widget of a kind, as the list of kinds calls it. */
  async add(kind, title, series = undefined) {
    await this.page.getByRole('button', { name: 'Add widget' }).first().click();
    await this.page.getByLabel('Kind').selectOption({ label: kind });
    await this.page.getByLabel('Title').fill(title);
    if (series !== undefined) await this.page.getByLabel('Series').fill(series);
    await this.page.getByRole('button', { name: 'Add', exact: true }).click();
    await this.widget(title).waitFor();
  }

  /** Opens the menu of a widget's frame. */
  async openMenu(title) {
    await this.widget(title).getByRole('button', { name: `Menu of ${title}` }).click();
    await this.page.getByRole('menuitem', { name: 'Remove' }).waitFor();
  }

  /** Resolves when this has the focus. */
  async hasFocus(role, name) {
    await this.page.getByRole(role, { name, exact: role === 'menuitem' }).and(this.page.locator(':focus')).waitFor();
  }

  /** Resolves when something in a widget's frame has the focus. */
  async hasFocusWithin(title) {
    await this.widget(title).locator(':focus').waitFor({ state: 'attached' });
  }

  /** Opens what the indicator has to tell. */
  async openDetails() {
    await this.page.locator('.indicator').getByRole('button').click();
    await this.page.getByRole('switch', { name: 'Work offline' }).waitFor();
  }

  /** Removes the board that is open, for everybody. */
  async removeBoard() {
    await this.page.getByRole('button', { name: /^Board:/ }).click();
    await this.page.getByRole('button', { name: 'Remove board' }).click();
    await this.page.getByRole('button', { name: 'Remove', exact: true }).click();
  }

  /** Renames it. */
  async renameBoard(name) {
    const box = this.page.getByLabel('This board’s name');
    if (!(await box.isVisible())) await this.page.getByRole('button', { name: /^Board:/ }).click();
    await box.fill(name);
    await this.page.getByRole('button', { name: 'Rename', exact: true }).click();
  }

  async increase(title = COUNTER) {
    await this.widget(title).getByRole('button', { name: 'Add one' }).click();
  }

  /** Resolves when the counter shows the number. */
  async counts(number, title = COUNTER) {
    await this.widget(title).locator('output', { hasText: new RegExp(`^${number}$`) }).waitFor();
  }

  /** Sets the number beside a setpoint's slider. */
  async set(number, title = SETPOINT) {
    const input = this.widget(title).getByRole('spinbutton');
    await input.fill(String(number));
    await input.press('Enter');
  }

  /** Resolves when the setpoint shows the number. */
  async isSetTo(number, title = SETPOINT) {
    const input = await this.widget(title).locator('.figure input').elementHandle();
    await this.page.waitForFunction(([element, wanted]) => Number(element.value) === wanted, [input, number]);
  }

  /** Chooses a status. */
  async choose(word, title = STATUS) {
    await this.widget(title).getByRole('radio', { name: word }).check({ force: true });
  }

  /** Opens what the line about two versions is of, once there is one. */
  async openConflicts() {
    await this.page.getByRole('button', { name: '2 versions · Choose' }).click();
  }

  /** The card of a field with two versions. */
  conflict(title = SETPOINT) {
    return this.page.getByRole('region', { name: 'Conflicts' }).getByRole('article', { name: title });
  }
}
