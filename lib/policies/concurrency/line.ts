/** Somebody who waits for a permit. */
export interface Waiter {
  /** Called with the permit in hand. */
  readonly admit: () => void;
}

interface Place extends Waiter {
  before: Place | undefined;
  behind: Place | undefined;
}

/** A place in a line, to leave it by. */
export type PlaceInLine = Readonly<Waiter>;

/** Who waits, first come, first served. A linked list, so that joining, leaving from anywhere and serving are O(1). */
export class Line {
  #first: Place | undefined;
  #last: Place | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  join(admit: () => void): PlaceInLine {
    const place: Place = { admit, before: this.#last, behind: undefined };
    if (this.#last) this.#last.behind = place;
    else this.#first = place;
    this.#last = place;
    this.#length += 1;
    return place;
  }

  /** Takes out one who still stands in line. */
  leave(place: PlaceInLine): void {
    const { before, behind } = place as Place;
    if (before) before.behind = behind;
    else this.#first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    this.#length -= 1;
  }

  /** Takes out the one who came first. */
  next(): Waiter | undefined {
    const first = this.#first;
    if (first) this.leave(first);
    return first;
  }
}
