/** The number of slots in a page, and of numbers in a slot: the time of the last update, and the debt at that time. */
const PAGE = 1024;
const FIELDS = 2;

/** How many old keys are checked for each new key, so that idle keys are removed and adding a key stays O(1). */
const CHECKS_PER_KEY = 2;

/**
 * The debt of each key. Uses little memory, because a service may have a million keys: an entry of a map and two
 * numbers in a page for each key.
 */
export class Buckets {
  readonly #slots = new Map<string, number>();
  readonly #pages: Float64Array[] = [];
  readonly #free: number[] = [];
  #used = 0;
  /** The next keys to check. */
  #toCheck = this.#slots.entries();

  get size(): number {
    return this.#slots.size;
  }

  keys(): Iterable<string> {
    return this.#slots.keys();
  }

  /** The slot of a key; undefined if the key is unknown. */
  find(key: string): number | undefined {
    return this.#slots.get(key);
  }

  /** Adds an unknown key. @returns its slot */
  add(key: string): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#pages.length * PAGE) this.#pages.push(new Float64Array(PAGE * FIELDS));
    this.#slots.set(key, slot);
    return slot;
  }

  /** The time of the last update of the debt. */
  notedAt(slot: number): number {
    return this.#pages[Math.floor(slot / PAGE)]![(slot % PAGE) * FIELDS]!;
  }

  /** The debt at that time. */
  owed(slot: number): number {
    return this.#pages[Math.floor(slot / PAGE)]![(slot % PAGE) * FIELDS + 1]!;
  }

  note(slot: number, owed: number, now: number): void {
    const page = this.#pages[Math.floor(slot / PAGE)]!;
    page[(slot % PAGE) * FIELDS] = now;
    page[(slot % PAGE) * FIELDS + 1] = owed;
  }

  /** Changes the debt of every key. Works on plain numbers only, because there may be a million keys. */
  noteAll(change: (owed: number, at: number) => number, now: number): void {
    for (let slot = 0; slot < this.#used; slot++) this.note(slot, change(this.owed(slot), this.notedAt(slot)), now);
  }

  /** Removes keys for which `isIdle` is true. Checks only a few keys at a time. */
  sweep(isIdle: (key: string, owed: number, at: number) => boolean): void {
    for (let checks = CHECKS_PER_KEY; checks > 0; checks--) {
      const { done, value } = this.#toCheck.next();
      if (done) {
        this.#toCheck = this.#slots.entries();
        return;
      }
      const [key, slot] = value;
      if (!isIdle(key, this.owed(slot), this.notedAt(slot))) continue;
      this.#slots.delete(key);
      this.#free.push(slot);
    }
  }
}
