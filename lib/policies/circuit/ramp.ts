/** A circuit that has just closed and does not let every call through yet. */
export interface Ramp {
  readonly since: number;
  readonly until: number;
  /** What the shares of the calls so far add up to, less those that were admitted. A call is admitted for a whole one. */
  readonly credit: number;
}

/** Half a call's credit to begin with rounds the number of calls that are admitted to the nearest one. */
const INITIAL_CREDIT = 0.5;

export function rampFrom(now: number, rampUpMs: number): Ramp | undefined {
  return rampUpMs > 0 ? { since: now, until: now + rampUpMs, credit: INITIAL_CREDIT } : undefined;
}

/** Whether every call is let through by now. A clock that was set back must not draw it out. */
export function isOver({ since, until }: Ramp, now: number): boolean {
  return now >= until || now < since;
}

/**
 * The ramp after one more call, and whether that is admitted. The share grows linearly,
 * and calls are admitted evenly rather than by chance, so that as many get through as were meant to.
 */
export function afterCall(ramp: Ramp, now: number): { readonly ramp: Ramp; readonly admitted: boolean } {
  const credit = ramp.credit + (now - ramp.since) / (ramp.until - ramp.since);
  const admitted = credit >= 1;
  return { ramp: { ...ramp, credit: admitted ? credit - 1 : credit }, admitted };
}
