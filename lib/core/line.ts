/** A waiting entry of a line; leaving the line requires it. */
export interface Place<T> {
  readonly value: T;
}

interface Linked<T> extends Place<T> {
  before: Linked<T> | undefined;
  behind: Linked<T> | undefined;
}

/** A first-in, first-out queue whose entries may leave early. A linked list, so that all operations are O(1). */
export class Line<T> {
  #first: Linked<T> | undefined;
  #last: Linked<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The oldest entry that is still waiting. */
  get first(): Place<T> | undefined {
    return this.#first;
  }

  join(value: T): Place<T> {
    const place: Linked<T> = { value, before: this.#last, behind: undefined };
    if (this.#last) this.#last.behind = place;
    else this.#first = place;
    this.#last = place;
    this.#length += 1;
    return place;
  }

  /** Removes an entry that is still waiting. */
  leave(place: Place<T>): void {
    const left = place as Linked<T>;
    const { before, behind } = left;
    // A place that is left keeps none of those that came later.
    left.before = left.behind = undefined;
    if (before) before.behind = behind;
    else this.#first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    this.#length -= 1;
  }

  /** The waiting values, the oldest first. None may leave in the meantime. */
  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#first; at; at = at.behind) yield at.value;
  }

  /** Removes the oldest entry and returns its value. */
  next(): T | undefined {
    const first = this.#first;
    if (first) this.leave(first);
    return first?.value;
  }
}
