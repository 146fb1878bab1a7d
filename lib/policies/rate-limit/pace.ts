// The pace of a gate. It grows until a 429 shows that it was too fast.

/** A pace, in calls per millisecond. */
export interface Pace {
  readonly rate: number;
  /** The target of the growth: the rate before the last cut, or less if far fewer calls passed on average. */
  readonly peak: number;
  /** True if the upstream's limit is unknown: then the rate grows with each success until the first cut. */
  readonly isUnknown: boolean;
  /** For how many milliseconds it has grown since the last cut, and the time of the last growth. */
  readonly grownMs: number;
  readonly grownAt: number;
  /**
   * Calls that waited and passed since the last cut, the sum of the intervals between them, and the time of the last
   * pass.
   */
  readonly passes: number;
  readonly busyMs: number;
  readonly passedAt: number;
}

/** The factor of a cut. */
const CUT = 0.8;

/**
 * The time to grow back to the rate before the cut: `BACK_MS`, or the time of `BACK_CALLS` calls if that is longer. As
 * in TCP CUBIC (https://www.rfc-editor.org/rfc/rfc9438), the growth is steep at first, flat around the old rate, and
 * steep again beyond it. In CUBIC the time depends on the rate alone; here the same share of calls gets a 429 at every
 * rate.
 */
const BACK_MS = 3000;
const BACK_CALLS = 60;

/** Above this many times the peak it grows slowly: it doubles every `DOUBLED_MS`. */
const STEEP_UNTIL = 1.5;
const DOUBLED_MS = 60_000;

/** The longest time between two successes that counts as growth: without calls, nothing is known about the limit. */
const MAX_STEP_MS = 1000;
const MAX_STEP_CALLS = 2;

/**
 * An upstream that counts per window accepts a fast pace until the window is exhausted, and then nothing. The average,
 * pauses included, shows its limit better than the rate does: the peak is at most this many times the average.
 */
const MAX_OF_AVERAGE = 1.25;
/** With fewer calls, the average is not used. */
const MIN_PASSES = 10;

/**
 * The first rate and the first peak, as multiples of the previous rate of successes. The peak is higher because callers
 * may have sent less than the limit.
 */
const FIRST_SHARE = 0.85;
const FIRST_PEAK = 1.3;

/** The highest first rate if no call has succeeded lately: ten calls per second. */
const MAX_UNKNOWN_RATE = 10 / 1000;

/** The growth per success while the limit is unknown: about seven successes double the rate. */
const UNKNOWN_GROWTH = 1.1;

/** The slowest rate: one call per minute. */
const MIN_RATE = 1 / 60_000;

/**
 * The pace after the first 429. If no call succeeded in the last two seconds: one call per `minWait`, at most ten per
 * second.
 */
export function firstPace(successRate: number, minWaitMs: number, now: number): Pace {
  if (successRate > 0) return paceFrom(Math.max(MIN_RATE, FIRST_SHARE * successRate), FIRST_PEAK * successRate, now);
  const rate = Math.max(MIN_RATE, Math.min(1 / minWaitMs, MAX_UNKNOWN_RATE));
  return { ...paceFrom(rate, rate, now), isUnknown: true };
}

/** The pace after a 429 that shows it is too fast. */
export function cut({ rate, passes, busyMs }: Pace, now: number): Pace {
  const peak = passes < MIN_PASSES ? rate : Math.min(rate, (MAX_OF_AVERAGE * passes) / busyMs);
  return paceFrom(Math.max(MIN_RATE, CUT * peak), peak, now);
}

function paceFrom(rate: number, peak: number, now: number): Pace {
  return { rate, peak, isUnknown: false, grownMs: 0, grownAt: now, passes: 0, busyMs: 0, passedAt: now };
}

/** Milliseconds until so many calls have passed, if all of them succeed. */
export function timeFor(calls: number, { rate, isUnknown }: Pace): number {
  if (!isUnknown) return calls / rate;
  // Each success shortens the next interval: a geometric series.
  return (1 - UNKNOWN_GROWTH ** -calls) / (1 - 1 / UNKNOWN_GROWTH) / rate;
}

/** The pace after a call passed. */
export function counting(pace: Pace, wasHeld: boolean, now: number): Pace {
  if (!wasHeld) return { ...pace, passedAt: now };
  return { ...pace, passes: pace.passes + 1, busyMs: pace.busyMs + Math.max(0, now - pace.passedAt), passedAt: now };
}

/** The pace after the success of a call that had waited. */
export function grown(pace: Pace, now: number): Pace {
  const { peak } = pace;
  if (pace.isUnknown) return { ...pace, rate: pace.rate * UNKNOWN_GROWTH, grownAt: now };
  const maxStepMs = Math.max(MAX_STEP_MS, MAX_STEP_CALLS / pace.rate);
  const stepMs = Math.min(maxStepMs, Math.max(0, now - pace.grownAt));
  const grownMs = pace.grownMs + stepMs;
  const progress = grownMs / Math.max(BACK_MS, BACK_CALLS / peak);
  const cubicRate = Math.min(STEEP_UNTIL * peak, peak * (1 + (1 - CUT) * (progress - 1) ** 3));
  const slowRate = pace.rate >= STEEP_UNTIL * peak ? pace.rate * 2 ** (stepMs / DOUBLED_MS) : 0;
  return { ...pace, rate: Math.max(pace.rate, cubicRate, slowRate), grownMs, grownAt: now };
}
