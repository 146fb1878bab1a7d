interface Kept {
  readonly value: unknown;
  readonly at: number;
}

/** The answers that were used last, each until it is too old. Nothing is reserved beforehand, however large `max` is. */
export class Answers {
  /** A map remembers in which order its keys were set: the one unused for longest comes first. */
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

  /** The answer as its value; undefined if there is none. */
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
