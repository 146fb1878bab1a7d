import { Bulkhead } from './bulkhead.js';

/** How many old keys are looked at for each new one, so that idle ones are forgotten and a look-up stays O(1). */
const LOOKS = 2;

/** So many keys may keep what an adaptive limit has learnt while nobody uses them. */
const LEARNT = 1000;

/** One bulkhead per key. One that nobody uses is forgotten: nothing but its limit is known of it. */
export class KeyedBulkheads {
  readonly #bulkheads = new Map<string, Bulkhead>();
  #round = this.#bulkheads.entries();

  get size(): number {
    return this.#bulkheads.size;
  }

  /** @param prepare given a bulkhead that is new */
  get(key: string, prepare: (made: Bulkhead) => void): Bulkhead {
    const found = this.#bulkheads.get(key);
    if (found) return found;
    this.#forget();
    const made = new Bulkhead();
    prepare(made);
    this.#bulkheads.set(key, made);
    return made;
  }

  [Symbol.iterator](): IterableIterator<[string, Bulkhead]> {
    return this.#bulkheads.entries();
  }

  #forget(): void {
    for (let looks = LOOKS; looks > 0; looks--) {
      const { done, value } = this.#round.next();
      if (done) {
        this.#round = this.#bulkheads.entries();
        return;
      }
      const [, bulkhead] = value;
      const isTooMany = this.#bulkheads.size > LEARNT;
      if (bulkhead.isIdle || (isTooMany && bulkhead.isUnused)) this.#bulkheads.delete(value[0]);
    }
  }
}
