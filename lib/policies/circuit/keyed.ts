import type { Circuit } from './circuit.js';

/** How many circuits that may not be forgotten are passed over in one go, so that a look-up stays O(1). */
const PASSED_OVER = 8;

/** One circuit per key. Beyond `maxKeys` the least recently used is forgotten, unless it refuses calls. */
export class KeyedCircuits {
  readonly #circuits = new Map<string, Circuit>();

  /** @param make the circuit of a key */
  constructor(readonly make: (key: string) => Circuit) {}

  get(key: string, maxKeys: number): Circuit {
    const found = this.#circuits.get(key);
    const circuit = found ?? this.make(key);
    // A map remembers in which order its keys were set: the first one is the least recently used.
    if (found) this.#circuits.delete(key);
    else if (this.#circuits.size >= maxKeys) this.#forgetOne();
    this.#circuits.set(key, circuit);
    return circuit;
  }

  [Symbol.iterator](): IterableIterator<[string, Circuit]> {
    return this.#circuits.entries();
  }

  #forgetOne(): void {
    let tries = PASSED_OVER;
    for (const [key, circuit] of this.#circuits) {
      this.#circuits.delete(key);
      if (circuit.admission) return;
      // Back to the end of the line, so that the next look-up does not meet it again.
      this.#circuits.set(key, circuit);
      tries -= 1;
      if (tries === 0) return;
    }
  }
}
