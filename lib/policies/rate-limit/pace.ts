// How many calls a paced gate lets pass: found by growing until a 429 says that it was too many.

/** A pace, in calls a millisecond. */
export interface Pace {
  readonly rate: number;
  /** The rate that the growth heads for: that of the last cut, unless far fewer calls passed on average. */
  readonly peak: number;
  /** Whether nothing is known of the limit yet: then the rate grows with each success until the first cut. */
  readonly isUnknown: boolean;
  /** For how long it has grown since, and until when. */
  readonly grownMs: number;
  readonly grownAt: number;
  /** Calls that were held back and passed since the last cut, and the time between each of them and the one before. */
  readonly passes: number;
  readonly busyMs: number;
  readonly passedAt: number;
}

/** What a cut leaves of the rate. */
const CUT = 0.8;

/**
 * How long it takes to grow back to the rate before the cut: so long, or so many calls if they take longer. Steep at first,
 * flat around that rate, and steep again beyond it, as TCP CUBIC grows: https://www.rfc-editor.org/rfc/rfc9438. There the
 * time depends on the rate alone; here the same share of calls gets a 429 at every rate.
 */
const BACK_MS = 3000;
const BACK_CALLS = 60;

/** Beyond this many times the peak it grows slowly: twice as much in each `DOUBLED_MS`. */
const STEEP_UNTIL = 1.5;
const DOUBLED_MS = 60_000;

/** Growth counts no more time between two successes: without calls nothing is learnt. */
const LONGEST_STEP_MS = 1000;
const LONGEST_STEP_CALLS = 2;

/**
 * An upstream that counts in windows lets a fast pace pass until the window is spent, and nobody after that. What passed on
 * average, pauses included, says more about its limit than the rate: the peak is at most so many times the average.
 */
const MOST_OF_AVERAGE = 1.25;
/** Fewer calls are no average. */
const LEAST_PASSES = 10;

/** The share of what was succeeding that a pace begins with, and the one that it grows to first: less may have been asked. */
const FIRST_SHARE = 0.85;
const FIRST_PEAK = 1.3;

/** The most that a pace begins with if nothing has succeeded lately: ten calls a second. */
const MOST_UNKNOWN = 10 / 1000;

/** How much each success adds to a rate while the limit is unknown: seven successes double it. */
const UNKNOWN_GROWTH = 1.1;

/** The slowest pace: a call a minute. */
const SLOWEST = 1 / 60_000;

/** The pace after the first 429. Without successes in the two seconds before: one call every `minWait`. */
export function firstPace(successRate: number, minWaitMs: number, now: number): Pace {
  if (successRate > 0) return paceFrom(Math.max(SLOWEST, FIRST_SHARE * successRate), FIRST_PEAK * successRate, now);
  const rate = Math.max(SLOWEST, Math.min(1 / minWaitMs, MOST_UNKNOWN));
  return { ...paceFrom(rate, rate, now), isUnknown: true };
}

/** The pace after a 429 that says it is too fast. */
export function cut({ rate, passes, busyMs }: Pace, now: number): Pace {
  const peak = passes < LEAST_PASSES ? rate : Math.min(rate, (MOST_OF_AVERAGE * passes) / busyMs);
  return paceFrom(Math.max(SLOWEST, CUT * peak), peak, now);
}

function paceFrom(rate: number, peak: number, now: number): Pace {
  return { rate, peak, isUnknown: false, grownMs: 0, grownAt: now, passes: 0, busyMs: 0, passedAt: now };
}

/** How long it takes until so many calls have passed, if all of them succeed. */
export function timeFor(calls: number, { rate, isUnknown }: Pace): number {
  if (!isUnknown) return calls / rate;
  // Each of them is followed sooner by the next one: a geometric series.
  return (1 - UNKNOWN_GROWTH ** -calls) / (1 - 1 / UNKNOWN_GROWTH) / rate;
}

/** The pace after a call has passed. */
export function counting(pace: Pace, wasHeld: boolean, now: number): Pace {
  if (!wasHeld) return { ...pace, passedAt: now };
  return { ...pace, passes: pace.passes + 1, busyMs: pace.busyMs + Math.max(0, now - pace.passedAt), passedAt: now };
}

/** The pace after a success of a call that was held back. */
export function grown(pace: Pace, now: number): Pace {
  const { peak } = pace;
  if (pace.isUnknown) return { ...pace, rate: pace.rate * UNKNOWN_GROWTH, grownAt: now };
  const longest = Math.max(LONGEST_STEP_MS, LONGEST_STEP_CALLS / pace.rate);
  const stepMs = Math.min(longest, Math.max(0, now - pace.grownAt));
  const grownMs = pace.grownMs + stepMs;
  const part = grownMs / Math.max(BACK_MS, BACK_CALLS / peak);
  const steep = Math.min(STEEP_UNTIL * peak, peak * (1 + (1 - CUT) * (part - 1) ** 3));
  const slow = pace.rate >= STEEP_UNTIL * peak ? pace.rate * 2 ** (stepMs / DOUBLED_MS) : 0;
  return { ...pace, rate: Math.max(pace.rate, steep, slow), grownMs, grownAt: now };
}
