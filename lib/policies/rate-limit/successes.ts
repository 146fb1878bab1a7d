/** How far back the rate of successes looks. */
const LOOK_BACK_MS = 2000;

/** The time between two notes of the count. */
const BETWEEN_MS = 250;
const MOST_NOTES = LOOK_BACK_MS / BETWEEN_MS + 2;

/** The most successes between two looks at the clock, however many there are a second. */
const MOST_UNREAD = 64;

interface Note {
  readonly at: number;
  /** Successes until then. */
  readonly count: number;
}

/**
 * How many calls succeeded lately, for the moment when a 429 comes. A success costs a decrement and a comparison: the clock
 * is read about four times a second, once in as many successes as a quarter of a second lately had.
 */
export class Successes {
  /** The oldest first, at least `BETWEEN_MS` apart but for the last one. */
  #notes: readonly Note[] = [];
  /** Successes until the clock was last read, and those from then to the next time. */
  #counted = 0;
  #step = 1;
  #unread = 1;

  /** A call has succeeded: true if `note` is to be called now. */
  count(): boolean {
    return --this.#unread <= 0;
  }

  /** Notes how many there were until now. */
  note(now: number): void {
    const count = this.#count;
    const known = this.#notes.filter(({ at }) => at <= now);
    const last = known.at(-1);
    const elapsed = last ? now - last.at : 0;
    const since = count - (last?.count ?? 0);
    // Many in one millisecond: twice as many before the next look, until it is known how long they take.
    const step = elapsed > 0 ? Math.round((since * BETWEEN_MS) / elapsed) : last ? 2 * this.#step : 1;
    const before = known.at(-2);
    const isNear = last !== undefined && before !== undefined && last.at - before.at < BETWEEN_MS;
    this.#notes = [...(isNear ? known.slice(0, -1) : known), { at: now, count }].slice(-MOST_NOTES);
    this.#counted = count;
    this.#step = Math.min(MOST_UNREAD, Math.max(1, step));
    this.#unread = this.#step;
  }

  /** Successes a millisecond in the two seconds before; 0 if there were none. */
  rateAt(now: number): number {
    return (this.#count - this.#countAt(now - LOOK_BACK_MS, now)) / LOOK_BACK_MS;
  }

  get #count(): number {
    return this.#counted + this.#step - this.#unread;
  }

  /**
   * Successes until a moment that has gone by, evenly spread between two notes: the last of them came with the later note.
   * Those after the last note may be a burst that is long over: then the count until now has a whole one less.
   */
  #countAt(at: number, now: number): number {
    const known = this.#notes.filter((note) => note.at <= now);
    const before = known.findLast((note) => note.at <= at);
    if (!before) return this.#notes.length < MOST_NOTES ? 0 : (known[0]?.count ?? this.#count);
    const after = known.find((note) => note.at > at);
    const elapsed = (at - before.at) / ((after?.at ?? now) - before.at);
    const until = ((after?.count ?? this.#count) - before.count) * elapsed;
    return before.count + (after ? Math.floor(until) : Math.ceil(until));
  }
}
