// Somebody who watches boards through every life of a server, and remembers what was shown to them.

export class Watcher {
  #ledger;
  /** How far each board was shown. */
  #cursors = new Map();
  /** The newest value that was shown of each field: by board, widget and field. */
  #fields = new Map();

  constructor(ledger) {
    this.#ledger = ledger;
  }

  /** Goes on with boards where it was before the server was killed. */
  async watches(connection, boards) {
    connection.on('changes', (changes) => this.#sees(changes));
    for (const board of boards) {
      const cursor = this.#cursors.get(board);
      const caughtUp = await connection.subscribe(board, cursor);
      if (caughtUp === undefined) return;
      const { answer } = caughtUp;
      if (cursor !== undefined && answer.from.epoch !== cursor.epoch) {
        this.#ledger.misses(`${board} was shown up to ${cursor.revision}, and the server has another history`);
      }
      const reached = this.#cursors.get(board);
      if (reached === undefined || reached.revision < answer.at.revision) this.#cursors.set(board, answer.at);
    }
  }

  /** What it was shown must be on the server, or something newer. */
  compares(board, widgets) {
    for (const [key, { widget, field, revision, value }] of this.#fields.get(board) ?? []) {
      const there = widgets[widget]?.fields[field];
      const isSame = there?.revision === revision && JSON.stringify(there.value) === value;
      if (!isSame && !(there?.revision > revision)) {
        this.#ledger.misses(`${board} showed ${key} as ${value} at ${revision}, and it is ${JSON.stringify(there)}`);
      }
    }
  }

  /** Changes come to all who watch, in the server's order and without a gap. */
  #sees({ board, from, to, changes }) {
    const cursor = this.#cursors.get(board);
    if (cursor !== undefined && from.revision !== cursor.revision) {
      this.#ledger.misses(`changes of ${board} go on from ${from.revision}, and ${cursor.revision} was shown`);
    }
    this.#cursors.set(board, to);
    for (const change of changes) {
      this.#ledger.shows(board, change);
      const { assigned } = change.effect;
      if (assigned) this.#remembers(board, change.widget, assigned.field, change.revision, assigned.value);
    }
  }

  #remembers(board, widget, field, revision, value) {
    if (!this.#fields.has(board)) this.#fields.set(board, new Map());
    this.#fields.get(board).set(`${widget}.${field}`, { widget, field, revision, value: JSON.stringify(value) });
  }
}
