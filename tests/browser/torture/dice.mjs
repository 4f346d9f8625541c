// Chance from a seed: the same seed, the same throws.

export class Dice {
  #state;

  /** Dice of a seed, which is any text. */
  constructor(seed) {
    this.#state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 0x01000193), 0x811c9dc5);
  }

  /** A whole number from 0 to one less than `limit` (mulberry32, after Tommy Ettinger, public domain). */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  oneOf(list) {
    return list[this.below(list.length)];
  }

  /** 128 bits in hexadecimal digits. */
  id() {
    return Array.from({ length: 32 }, () => this.below(16).toString(16)).join('');
  }
}
