import { type Counts, mapped } from './sources.js';

/** The counts of about one second. */
export interface Step extends Counts {
  /** The end of this second, on the clock of this page. */
  readonly at: number;
  readonly ms: number;
}

export const SHOWN_MS = 120_000;
const RATE_MS = 10_000;

/** The counts of the last two minutes. */
export class History {
  readonly steps: Step[] = [];
  #last: (Counts & { readonly at: number }) | undefined;

  add(now: Counts, at: number): void {
    const last = this.#last;
    this.#last = { ...now, at };
    if (!last || at <= last.at) return;
    this.steps.push({ ...mapped((field) => Math.max(0, now[field] - last[field])), at, ms: at - last.at });
    while (this.steps[0] && this.steps[0].at < at - SHOWN_MS) this.steps.shift();
  }

  /** The rates per second over the last ten seconds. */
  get rates(): Counts {
    const until = this.#last?.at ?? 0;
    const recent = this.steps.filter(({ at }) => at > until - RATE_MS);
    const seconds = recent.reduce((total, { ms }) => total + ms, 0) / 1000;
    return mapped((field) => (seconds > 0 ? recent.reduce((total, step) => total + step[field], 0) / seconds : 0));
  }
}

/** A map that makes missing values. */
export class Named<T> {
  readonly #byName = new Map<string, T>();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  of(name: string): T {
    let found = this.#byName.get(name);
    if (!found) this.#byName.set(name, (found = this.#make()));
    return found;
  }
}

/** The increase of a counter in the last two minutes. */
export class Recent {
  readonly #seen: { readonly at: number; readonly value: number }[] = [];

  since(value: number, at: number): number {
    if (this.#seen.at(-1)?.value !== value) this.#seen.push({ at, value });
    // The last value before the two minutes is kept as the start.
    while (this.#seen[1] && this.#seen[1].at < at - SHOWN_MS) this.#seen.shift();
    return Math.max(0, value - (this.#seen[0]?.value ?? value));
  }
}
