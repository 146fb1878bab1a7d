import type { Circuit } from './circuit.js';

/** How many circuits are looked at to forget some of them, so that a look-up stays O(1). */
const LOOKS = 8;

/** One circuit per key. Beyond `maxKeys` the least recently used is forgotten, unless it refuses calls. */
export class KeyedCircuits {
  readonly #circuits = new Map<string, Circuit>();

  /** @param make the circuit of a key */
  constructor(readonly make: (key: string) => Circuit) {}

  get(key: string, maxKeys: number, now: () => number): Circuit {
    const found = this.#circuits.get(key);
    const circuit = found ?? this.make(key);
    // A map remembers in which order its keys were set: the first one is the least recently used.
    if (found) this.#circuits.delete(key);
    else if (this.#circuits.size >= maxKeys) this.#forget(maxKeys, now());
    this.#circuits.set(key, circuit);
    return circuit;
  }

  /** The circuit of a key that has been used; asking does not use it. */
  peek(key: string): Circuit | undefined {
    return this.#circuits.get(key);
  }

  [Symbol.iterator](): IterableIterator<[string, Circuit]> {
    return this.#circuits.entries();
  }

  #forget(maxKeys: number, now: number): void {
    let looks = LOOKS;
    for (const [key, circuit] of this.#circuits) {
      if (looks === 0 || this.#circuits.size < maxKeys) return;
      looks -= 1;
      this.#circuits.delete(key);
      const { kind } = circuit.stateAt(now);
      // Back to the end of the line, so that the next look-up does not meet it again.
      if (kind === 'open' || kind === 'isolated') this.#circuits.set(key, circuit);
    }
  }
}
