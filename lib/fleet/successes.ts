/** The value of the counter at one point in time. */
interface Look {
  readonly at: number;
  readonly count: number;
}

/**
 * Estimates when a call last succeeded, without reading the clock for each call. The counter of successes is read from
 * time to time. The last success happened after the latest reading with a smaller value.
 */
export class Successes {
  readonly #reachMs: number;
  /** The latest reading of each value, in order. */
  #looks: Look[] = [];

  /** @param reachMs how long readings are kept */
  constructor(reachMs: number) {
    this.#reachMs = reachMs;
  }

  /** A time before the last success; undefined if no call succeeded within `reachMs`. */
  get lastAfter(): number | undefined {
    return this.#looks.at(-2)?.at;
  }

  look(count: number, now: number): void {
    const before = this.#looks.filter((look) => look.count !== count && look.at > now - this.#reachMs);
    this.#looks = [...before, { at: now, count }];
  }
}
