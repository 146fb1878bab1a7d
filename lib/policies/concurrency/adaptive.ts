// Finds the concurrency limit of an upstream from the latency of the calls.

/** The defaults of `initial`, `min` and `max`. */
export const INITIAL_LIMIT = 20;
export const MIN_LIMIT = 1;
export const MAX_LIMIT = 200;

/** The lowest and highest adaptive limit, and the first one. */
export interface AdaptiveRules {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/** Fills in the defaults. `initial` is 20, or the nearest of `min` and `max`. */
export function adaptiveRules(
  given: { readonly [K in keyof AdaptiveRules]?: number | null | undefined },
): AdaptiveRules {
  const min = given.min ?? MIN_LIMIT;
  const max = given.max ?? Math.max(MAX_LIMIT, min);
  return { min, max, initial: given.initial ?? Math.max(min, Math.min(max, INITIAL_LIMIT)) };
}

/** Messages about numbers that contradict each other. Unset numbers get a fitting default. */
export function adaptiveContradictions({
  min,
  max,
  initial,
}: { readonly [K in keyof AdaptiveRules]?: number | null | undefined }): string[] {
  const problems: string[] = [];
  if (min != null && max != null && min > max) problems.push(`min: expected at most max (${max}), got ${min}`);
  if (initial != null && min != null && initial < min)
    problems.push(`initial: expected at least min (${min}), got ${initial}`);
  if (initial != null && max != null && initial > max)
    problems.push(`initial: expected at most max (${max}), got ${initial}`);
  return problems;
}

export const DEFAULT_RULES: AdaptiveRules = Object.freeze(adaptiveRules({}));

const SHORT_WINDOW = 10;
const LONG_WINDOW = 600;
/** The first samples, up to this number, have equal weight. */
const WARM_UP = 10;
/** How far one sample moves the limit towards its new value. */
const SMOOTHING = 0.2;
const MIN_GRADIENT = 0.5;
/** The number of calls that may queue at the upstream: the growth of the limit while the latency stays the same. */
const UPSTREAM_QUEUE = 4;
/** If the long average is more than this many times the short one, it is out of date: an overload is over. */
const OUTDATED_FACTOR = 2;
const OUTDATED_DECAY = 0.9;
const SHRINK_ON_FAILURE = 0.9;

export interface AdaptiveState {
  /** Not rounded; the number of permits is this number rounded down. */
  readonly limit: number;
  /** The smoothed short-term and long-term latency, in milliseconds. */
  readonly shortMs: number;
  readonly longMs: number;
  readonly samples: number;
}

/** A measurement of one call: it failed transiently, or its latency and the number of calls that were running then. */
export type Sample = 'failure' | { readonly latencyMs: number; readonly atWork: number };

/** The state before the first call. */
export function initialState({ initial }: AdaptiveRules): AdaptiveState {
  return { limit: initial, shortMs: 0, longMs: 0, samples: 0 };
}

/**
 * The next state. The gradient is the long-term latency divided by the short-term latency, kept from 0.5 to 1. The
 * limit moves a fifth of the way to `limit · gradient + 4`, where 4 is a small queue. It does not move while less than
 * half of it is used. A transient failure reduces it by a tenth.
 *
 * The formula and its constants are those of `Gradient2Limit` in https://github.com/Netflix/concurrency-limits; the
 * tenth is that of its `AIMDLimit`. Two differences: the short-term latency is smoothed over about ten samples instead
 * of averaged per second, so that no timer is needed; and below 16 the queue is `√limit`, so that small limits stay
 * stable.
 */
export function adapt(
  state: AdaptiveState,
  sample: Sample,
  { min, max }: AdaptiveRules = DEFAULT_RULES,
): AdaptiveState {
  if (sample === 'failure') return { ...state, limit: Math.max(min, state.limit * SHRINK_ON_FAILURE) };
  const { limit } = state;
  const samples = state.samples + 1;
  // At least 1, to avoid a division by 0: the clock has whole milliseconds.
  const latencyMs = Math.max(1, sample.latencyMs);
  const shortMs = smooth(state.shortMs, latencyMs, samples, SHORT_WINDOW);
  const longTermMs = smooth(state.longMs, latencyMs, samples, LONG_WINDOW);
  const longMs = longTermMs > OUTDATED_FACTOR * shortMs ? longTermMs * OUTDATED_DECAY : longTermMs;
  const gradient = Math.max(MIN_GRADIENT, Math.min(1, longTermMs / shortMs));
  const targetLimit = limit * gradient + Math.min(UPSTREAM_QUEUE, Math.sqrt(limit));
  const next = sample.atWork < limit / 2 ? limit : limit + (targetLimit - limit) * SMOOTHING;
  return { limit: Math.max(min, Math.min(max, next)), shortMs, longMs, samples };
}

/** An exponential average over about `window` samples; the first samples have equal weight. */
function smooth(average: number, value: number, samples: number, window: number): number {
  const weight = samples <= WARM_UP ? 1 / samples : 2 / (window + 1);
  return average + (value - average) * weight;
}
