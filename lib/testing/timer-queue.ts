/** A pending timer. */
export interface Pending {
  readonly due: number;
  readonly callback: () => void;
}

/** A queued timer. `number` keeps the order of timers that are due at the same time. */
interface Entry extends Pending {
  readonly number: number;
  /** Its index in the heap. */
  at: number;
}

/** Timers ordered by due time: a binary heap, so adding and removing are O(log n). */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The timer that is due next. */
  get first(): Pending | undefined {
    return this.#heap[0];
  }

  add(due: number, callback: () => void): Pending {
    const entry: Entry = { due, callback, number: this.#added++, at: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** Removes a timer. Does nothing if it is not in the queue. */
  remove(timer: unknown): void {
    const entry = timer as Entry | undefined;
    if (entry === undefined || this.#heap[entry.at] !== entry) return;
    const last = this.#heap.pop() as Entry;
    if (last === entry) return;
    this.#place(last, entry.at);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry): void {
    while (entry.at > 0) {
      const parent = this.#heap[(entry.at - 1) >> 1] as Entry;
      if (isBefore(parent, entry)) return;
      const { at } = parent;
      this.#place(parent, entry.at);
      this.#place(entry, at);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * entry.at + 1], this.#heap[2 * entry.at + 2]];
      const sooner = left && right && isBefore(right, left) ? right : left;
      if (!sooner || isBefore(entry, sooner)) return;
      const { at } = sooner;
      this.#place(sooner, entry.at);
      this.#place(entry, at);
    }
  }

  #place(entry: Entry, at: number): void {
    this.#heap[at] = entry;
    entry.at = at;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.due < other.due || (one.due === other.due && one.number < other.number);
}
