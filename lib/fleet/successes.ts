/** A look at a counter. */
interface Look {
  readonly at: number;
  readonly count: number;
}

/**
 * When a call last succeeded, without reading the clock for any call: a counter is looked at now and then, and the last
 * success came after the last look that showed a smaller count.
 */
export class Successes {
  readonly #reachMs: number;
  /** The latest look of each count, in order. */
  #looks: Look[] = [];

  /** @param reachMs how far back it must know */
  constructor(reachMs: number) {
    this.#reachMs = reachMs;
  }

  /** A moment after which the last success came; undefined if there was none within reach. */
  get lastAfter(): number | undefined {
    return this.#looks.at(-2)?.at;
  }

  look(count: number, now: number): void {
    const before = this.#looks.filter((look) => look.count !== count && look.at > now - this.#reachMs);
    this.#looks = [...before, { at: now, count }];
  }
}
