interface Kept {
  readonly value: unknown;
  readonly at: number;
}

/** The `max` answers that were used most recently, none older than `maxAgeMs`. Memory is used only for kept answers. */
export class Answers {
  /** A map keeps its keys in the order in which they were set: the first one has been unused for the longest time. */
  readonly #kept = new Map<string, Kept>();

  constructor(
    readonly max: number,
    readonly maxAgeMs: number,
  ) {}

  set(key: string, value: unknown, now: number): void {
    this.#use(key, { value, at: now });
    if (this.#kept.size <= this.max) return;
    const [unusedLongest] = this.#kept.keys();
    this.#kept.delete(unusedLongest as string);
  }

  /** The answer, in an object, because the answer itself may be undefined; undefined if there is none. */
  get(key: string, now: number): { readonly value: unknown } | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    if (now - found.at > this.maxAgeMs) this.#kept.delete(key);
    else this.#use(key, found);
    return this.#kept.get(key);
  }

  #use(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
  }
}
