/** The ramp of a circuit that has just closed and does not admit every call yet. */
export interface Ramp {
  readonly since: number;
  readonly until: number;
  /** The sum of the shares of all calls so far, minus the admitted calls. A call is admitted when it reaches 1. */
  readonly credit: number;
}

/** The initial credit. With 0.5, the number of admitted calls is rounded to the nearest integer. */
const INITIAL_CREDIT = 0.5;

export function rampFrom(now: number, rampUpMs: number): Ramp | undefined {
  return rampUpMs > 0 ? { since: now, until: now + rampUpMs, credit: INITIAL_CREDIT } : undefined;
}

/** True if every call is admitted now. If the clock was set back, the ramp ends rather than lasting longer. */
export function isOver({ since, until }: Ramp, now: number): boolean {
  return now >= until || now < since;
}

/**
 * The ramp after one more call, and whether that call is admitted. The share grows linearly. Calls are admitted evenly,
 * not at random, so that the number of admitted calls is exact.
 */
export function afterCall(ramp: Ramp, now: number): { readonly ramp: Ramp; readonly admitted: boolean } {
  const credit = ramp.credit + (now - ramp.since) / (ramp.until - ramp.since);
  const admitted = credit >= 1;
  return { ramp: { ...ramp, credit: admitted ? credit - 1 : credit }, admitted };
}
