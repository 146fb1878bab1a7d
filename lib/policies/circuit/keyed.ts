import { brand } from '../../core/brand.js';
import type { Circuit } from './circuit.js';

/** How many circuits are checked for removal at each new key, so that a look-up stays O(1). */
const CHECKED = 4;

/** At most this many times `maxKeys` circuits are kept, even if they reject calls. */
const MAX_TIMES = 2;

/**
 * One circuit per key. Beyond `maxKeys`, the least recently used circuit is deleted unless it rejects calls; beyond
 * twice `maxKeys`, even if it rejects calls.
 */
export class KeyedCircuits {
  /** Maps keep the insertion order, so both maps have the least recently used circuit first. */
  readonly #used = new Map<string, Circuit>();
  /** Circuits that were unused for long and rejected calls when they were last checked. */
  readonly #rejecting = new Map<string, Circuit>();
  /** The most recently used circuit, which need not be moved to the end. */
  #latest: Circuit | undefined;
  #latestKey = '';

  /** @param make creates the circuit of a key */
  constructor(readonly make: (key: string) => Circuit) {}

  get(key: string, maxKeys: number, now: () => number): Circuit {
    if (this.#latest && this.#latestKey === key) return this.#latest;
    const existing = this.#used.get(key) ?? this.#rejecting.get(key);
    const circuit = existing ?? this.make(key);
    if (existing) {
      this.#used.delete(key);
      this.#rejecting.delete(key);
    } else if (this.#size >= maxKeys) {
      this.#forget(maxKeys, now());
    }
    this.#used.set(key, circuit);
    this.#latest = circuit;
    this.#latestKey = key;
    return circuit;
  }

  /** The existing circuit of a key, without marking it as used; undefined if there is none. */
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
    for (const [key, circuit] of firstOf(this.#rejecting, CHECKED))
      if (!isRejecting(circuit, now)) this.#rejecting.delete(key);
    for (const [key, circuit] of firstOf(this.#used, CHECKED)) {
      if (this.#size < maxKeys) return;
      this.#used.delete(key);
      if (isRejecting(circuit, now)) this.#rejecting.set(key, circuit);
    }
    while (this.#size >= MAX_TIMES * maxKeys) {
      const [oldestKey] = this.#rejecting.size > 0 ? this.#rejecting.keys() : this.#used.keys();
      (this.#rejecting.size > 0 ? this.#rejecting : this.#used).delete(oldestKey as string);
    }
  }
}

function isRejecting(circuit: Circuit, now: number): boolean {
  const { kind } = circuit.stateAt(now);
  return kind === 'open' || kind === 'isolated';
}

function firstOf<K, V>(map: ReadonlyMap<K, V>, most: number): [K, V][] {
  const entries: [K, V][] = [];
  for (const entry of map) {
    if (entries.length === most) return entries;
    entries.push(entry);
  }
  return entries;
}

brand({ KeyedCircuits });
