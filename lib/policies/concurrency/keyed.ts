import { Bulkhead } from './bulkhead.js';

/** How many old keys are checked for removal at each new key, so that a look-up stays O(1). */
const CHECKED = 2;

/** The most unused bulkheads that keep an adaptive limit. */
const MAX_UNUSED_ADAPTIVE = 1000;

/** One bulkhead per key. Unused ones are deleted. */
export class KeyedBulkheads {
  readonly #bulkheads = new Map<string, Bulkhead>();
  #cleanup = this.#bulkheads.entries();

  get size(): number {
    return this.#bulkheads.size;
  }

  /** @param prepare called with a new bulkhead */
  get(key: string, prepare: (made: Bulkhead) => void): Bulkhead {
    const existing = this.#bulkheads.get(key);
    if (existing) return existing;
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
    for (let checks = CHECKED; checks > 0; checks--) {
      const { done, value } = this.#cleanup.next();
      if (done) {
        this.#cleanup = this.#bulkheads.entries();
        return;
      }
      const [, bulkhead] = value;
      const isTooMany = this.#bulkheads.size > MAX_UNUSED_ADAPTIVE;
      if (bulkhead.isIdle || (isTooMany && bulkhead.isUnused)) this.#bulkheads.delete(value[0]);
    }
  }
}
