/** Buckets of one page, and the numbers of each: when it was last looked at, and what was owed then. */
const PAGE = 1024;
const FIELDS = 2;

/** How many old keys are looked at for each new one, so that idle ones are forgotten and adding one stays O(1). */
const LOOKS = 2;

/**
 * What each key owes, in as little memory as can be: a key costs an entry of a map and two numbers in a page. There are
 * services with a million keys.
 */
export class Buckets {
  readonly #slots = new Map<string, number>();
  readonly #pages: Float64Array[] = [];
  readonly #free: number[] = [];
  #used = 0;
  #round = this.#slots.entries();

  get size(): number {
    return this.#slots.size;
  }

  keys(): Iterable<string> {
    return this.#slots.keys();
  }

  /** Where the key's numbers are; undefined if it is not known. */
  find(key: string): number | undefined {
    return this.#slots.get(key);
  }

  /** A place for a key that is not known. */
  add(key: string): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#pages.length * PAGE) this.#pages.push(new Float64Array(PAGE * FIELDS));
    this.#slots.set(key, slot);
    return slot;
  }

  /** When the debt was noted. */
  notedAt(slot: number): number {
    return this.#pages[Math.floor(slot / PAGE)]![(slot % PAGE) * FIELDS]!;
  }

  /** What was owed then. */
  owed(slot: number): number {
    return this.#pages[Math.floor(slot / PAGE)]![(slot % PAGE) * FIELDS + 1]!;
  }

  note(slot: number, owed: number, now: number): void {
    const page = this.#pages[Math.floor(slot / PAGE)]!;
    page[(slot % PAGE) * FIELDS] = now;
    page[(slot % PAGE) * FIELDS + 1] = owed;
  }

  /** Notes for every key what `change` makes of its debt. A pass over plain numbers: there may be a million of them. */
  noteAll(change: (owed: number, at: number) => number, now: number): void {
    for (let slot = 0; slot < this.#used; slot++) this.note(slot, change(this.owed(slot), this.notedAt(slot)), now);
  }

  /** Forgets keys that owe nothing, as `isIdle` says, a few at a time. */
  sweep(isIdle: (key: string, owed: number, at: number) => boolean): void {
    for (let looks = LOOKS; looks > 0; looks--) {
      const { done, value } = this.#round.next();
      if (done) {
        this.#round = this.#slots.entries();
        return;
      }
      const [key, slot] = value;
      if (!isIdle(key, this.owed(slot), this.notedAt(slot))) continue;
      this.#slots.delete(key);
      this.#free.push(slot);
    }
  }
}
