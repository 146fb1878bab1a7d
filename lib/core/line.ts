/** A place in a line, to leave it by. */
export interface Place<T> {
  readonly value: T;
}

interface Linked<T> extends Place<T> {
  before: Linked<T> | undefined;
  behind: Linked<T> | undefined;
}

/** Who waits, first come, first served. A linked list, so that joining, leaving from anywhere and serving are O(1). */
export class Line<T> {
  #first: Linked<T> | undefined;
  #last: Linked<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The one who came first, still in line. */
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

  /** Takes out one who still stands in line. */
  leave(place: Place<T>): void {
    const { before, behind } = place as Linked<T>;
    if (before) before.behind = behind;
    else this.#first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    this.#length -= 1;
  }

  /** Everyone in line, the first one first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#first; at; at = at.behind) yield at.value;
  }

  /** Takes out the one who came first. */
  next(): T | undefined {
    const first = this.#first;
    if (first) this.leave(first);
    return first?.value;
  }
}
