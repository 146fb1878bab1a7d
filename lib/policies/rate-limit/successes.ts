/** The rate of successes covers this time. */
const LOOK_BACK_MS = 2000;

/** The shortest time between two notes of the count. */
const BETWEEN_MS = 250;
const MAX_NOTES = LOOK_BACK_MS / BETWEEN_MS + 2;

/** The most successes between two readings of the clock. */
const MAX_UNREAD = 64;

interface Note {
  readonly at: number;
  /** The total number of successes until then. */
  readonly count: number;
}

/**
 * The rate of recent successes, which is needed when a 429 comes. A success costs a decrement and a comparison; the
 * clock is read only about four times per second.
 */
export class Successes {
  /** The oldest first, at least `BETWEEN_MS` apart, except the last one. */
  #notes: readonly Note[] = [];
  /** The successes until the clock was last read, and the number from then until the next reading. */
  #counted = 0;
  #step = 1;
  #unread = 1;

  /** Counts a success. If true, call `note` now. */
  count(): boolean {
    return --this.#unread <= 0;
  }

  /** Notes the number of successes until now. */
  note(now: number): void {
    const count = this.#count;
    const known = this.#notes.filter(({ at }) => at <= now);
    const last = known.at(-1);
    const elapsed = last ? now - last.at : 0;
    const since = count - (last?.count ?? 0);
    // With many successes in one millisecond their rate is unknown, so the step to the next reading is doubled.
    const step = elapsed > 0 ? Math.round((since * BETWEEN_MS) / elapsed) : last ? 2 * this.#step : 1;
    const before = known.at(-2);
    const isNear = last !== undefined && before !== undefined && last.at - before.at < BETWEEN_MS;
    this.#notes = [...(isNear ? known.slice(0, -1) : known), { at: now, count }].slice(-MAX_NOTES);
    this.#counted = count;
    this.#step = Math.min(MAX_UNREAD, Math.max(1, step));
    this.#unread = this.#step;
  }

  /** Successes per millisecond in the last two seconds; 0 if there were none. */
  rateAt(now: number): number {
    return (this.#count - this.#countAt(now - LOOK_BACK_MS, now)) / LOOK_BACK_MS;
  }

  get #count(): number {
    return this.#counted + this.#step - this.#unread;
  }

  /**
   * The number of successes until a past time, interpolated between two notes. Rounded down between two notes, because
   * the last success came with the later note; rounded up after the last note, because those successes may be an old
   * burst.
   */
  #countAt(at: number, now: number): number {
    const known = this.#notes.filter((note) => note.at <= now);
    const before = known.findLast((note) => note.at <= at);
    if (!before) return this.#notes.length < MAX_NOTES ? 0 : (known[0]?.count ?? this.#count);
    const after = known.find((note) => note.at > at);
    const elapsed = (at - before.at) / ((after?.at ?? now) - before.at);
    const until = ((after?.count ?? this.#count) - before.count) * elapsed;
    return before.count + (after ? Math.floor(until) : Math.ceil(until));
  }
}
