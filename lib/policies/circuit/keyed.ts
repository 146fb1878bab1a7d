import { brand } from '../../core/brand.js';
import type { Circuit } from './circuit.js';

/** How many circuits are looked at to forget some of them, so that a look-up stays O(1). */
const LOOKS = 4;

/** However many circuits reject calls: at most so many times `maxKeys` are kept. */
const BOUND = 2;

/**
 * One circuit per key. Beyond `maxKeys` the least recently used is forgotten, unless it rejects calls; beyond twice
 * `maxKeys` also one that does.
 */
export class KeyedCircuits {
  /** Maps remember in which order their keys were set, so both hold the least recently used one first. */
  readonly #used = new Map<string, Circuit>();
  /** Those that were unused for long and rejected calls when they were looked at. */
  readonly #rejecting = new Map<string, Circuit>();

  /** @param make the circuit of a key */
  constructor(readonly make: (key: string) => Circuit) {}

  get(key: string, maxKeys: number, now: () => number): Circuit {
    const found = this.#used.get(key) ?? this.#rejecting.get(key);
    const circuit = found ?? this.make(key);
    if (found) {
      this.#used.delete(key);
      this.#rejecting.delete(key);
    } else if (this.#size >= maxKeys) {
      this.#forget(maxKeys, now());
    }
    this.#used.set(key, circuit);
    return circuit;
  }

  /** The circuit of a key that has been used; asking does not use it. */
  peek(key: string): Circuit | undefined {
    return this.#used.get(key) ?? this.#rejecting.get(key);
  }

  *[Symbol.iterator](): IterableIterator<[string, Circuit]> {
    yield* this.#rejecting.entries();
    yield* this.#used.entries();
  }

  get #size(): number {
    return this.#used.size + this.#rejecting.size;
  }

  #forget(maxKeys: number, now: number): void {
    for (const [key, circuit] of firstOf(this.#rejecting, LOOKS))
      if (!isRejecting(circuit, now)) this.#rejecting.delete(key);
    for (const [key, circuit] of firstOf(this.#used, LOOKS)) {
      if (this.#size < maxKeys) return;
      this.#used.delete(key);
      if (isRejecting(circuit, now)) this.#rejecting.set(key, circuit);
    }
    while (this.#size >= BOUND * maxKeys) {
      const [unusedLongest] = this.#rejecting.size > 0 ? this.#rejecting.keys() : this.#used.keys();
      (this.#rejecting.size > 0 ? this.#rejecting : this.#used).delete(unusedLongest as string);
    }
  }
}

function isRejecting(circuit: Circuit, now: number): boolean {
  const { kind } = circuit.stateAt(now);
  return kind === 'open' || kind === 'isolated';
}

function firstOf<K, V>(map: ReadonlyMap<K, V>, most: number): [K, V][] {
  const found: [K, V][] = [];
  for (const entry of map) {
    if (found.length === most) return found;
    found.push(entry);
  }
  return found;
}

brand({ KeyedCircuits });
