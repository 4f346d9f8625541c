// What was pressed in tabs that die, what their pages had said was saved, and what of both is on the server.

/** So many complaints are told in full. */
const COMPLAINTS_LEN_MAX = 10;

export class Books {
  /** Presses said to be saved and gone; effects nobody asked for, or there twice; numbers that went back. */
  lost = 0;
  doubled = 0;
  disordered = 0;
  complaints = [];
  /** Deaths in the moment in which the page had said that all was saved. */
  settled = 0;
  /** How often a tab's process was stopped for a while. */
  frozen = 0;
  /** Of each counter: presses that may have been made, and how many of them a page had said were saved. */
  #pressed = new Map();
  #saved = new Map();
  /** What the server has told: the lane of each operation, the newest number of each lane, and of each author there. */
  #seen = new Map();
  #newest = new Map();

  get pressed() {
    return sum(this.#pressed);
  }

  get saved() {
    return sum(this.#saved);
  }

  pressedOf(counter) {
    return this.#pressed.get(counter) ?? 0;
  }

  savedOf(counter) {
    return this.#saved.get(counter) ?? 0;
  }

  presses(counter, count = 1) {
    this.#pressed.set(counter, this.pressedOf(counter) + count);
  }

  saves(counter, count) {
    this.#saved.set(counter, this.savedOf(counter) + count);
  }

  /** A counter stands at a number, here or there: what was saved is in it, and no more than what was pressed. */
  compares(counter, number, where) {
    const missing = this.savedOf(counter) - number;
    const surplus = number - this.pressedOf(counter);
    const books = `${counter} is ${number} ${where}: ${this.pressedOf(counter)} pressed, ${this.savedOf(counter)} saved`;
    if (missing > 0) this.#complains('lost', missing, books);
    if (surplus > 0) this.#complains('doubled', surplus, books);
  }

  /**
   * A counter stands at a number in the tab that was opened after one which had said that every press was saved, and had shown another:
   * they are the same. Presses that were not said to be saved, and are, make up for none.
   */
  stands(widget, number, shown) {
    const books = `${widget} is ${number} in a tab that was opened again: all of it was saved, and it showed ${shown}`;
    if (number < shown) this.#complains('lost', shown - number, books);
    if (number > shown) this.#complains('doubled', number - shown, books);
  }

  /** A change, as the server has told it to somebody who watches: in its order. */
  hears({ id, widget, effect }) {
    if (this.#seen.has(id)) return this.#complains('doubled', 1, `${id} of ${widget} took effect twice`);
    this.#seen.set(id, widget);
    if (effect.assigned === undefined) return;
    const [author, sequence] = id.split('-');
    this.#rises(`${widget} by ${author}`, Number(sequence), 'sequence');
    if (typeof effect.assigned.value === 'number') this.#rises(widget, effect.assigned.value, 'value');
  }

  /** What was heard is what there is: a counter of so many, one for each operation. */
  closes(counter, number) {
    const heard = [...this.#seen.values()].filter((widget) => widget === counter).length - 1;
    if (number !== heard) this.#complains('doubled', Math.abs(number - heard), `${counter} is ${number}, by ${heard} operations`);
  }

  /** What somebody who watches saw go back. */
  wentBack(what) {
    this.#complains('disordered', 1, what);
  }

  #rises(what, number, of) {
    const before = this.#newest.get(what);
    this.#newest.set(what, number);
    if (number < before) this.#complains('disordered', 1, `the ${of} of ${what} was ${before}, then ${number}`);
  }

  #complains(kind, count, what) {
    this[kind] += count;
    if (this.complaints.length < COMPLAINTS_LEN_MAX) this.complaints.push(`${kind}: ${what}`);
  }
}

function sum(counts) {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
