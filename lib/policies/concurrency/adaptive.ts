// How many calls an upstream takes at a time, found from how long they take.

/** Where an adaptive limit starts, and between what it stays. */
export const INITIAL_LIMIT = 20;
export const MIN_LIMIT = 1;
export const MAX_LIMIT = 200;

/** Between what an adaptive limit stays, and where it starts. */
export interface AdaptiveRules {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/** The gaps filled: it starts at 20, or at the nearest limit that is allowed. */
export function adaptiveRules(
  given: { readonly [K in keyof AdaptiveRules]?: number | null | undefined },
): AdaptiveRules {
  const min = given.min ?? MIN_LIMIT;
  const max = given.max ?? Math.max(MAX_LIMIT, min);
  return { min, max, initial: given.initial ?? Math.max(min, Math.min(max, INITIAL_LIMIT)) };
}

/** Numbers that contradict each other, as problems for people. What is unset takes a value that fits. */
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

export const USUAL: AdaptiveRules = Object.freeze(adaptiveRules({}));

const SHORT_WINDOW = 10;
const LONG_WINDOW = 600;
/** Samples that are averaged evenly before a window smooths them. */
const WARM_UP = 10;
/** How far one sample may move the limit towards what it calls for. */
const SMOOTHING = 0.2;
const STEEPEST = 0.5;
/** How many may wait at the upstream: what the limit grows by while latency stays the same. */
const UPSTREAM_QUEUE = 4;
/** The long window is this many times the short one when it remembers an overload that is over. */
const DRIFTED = 2;
const FORGET = 0.9;
const SHRINK_ON_FAILURE = 0.9;

export interface AdaptiveState {
  /** Not rounded: whole permits are its floor. */
  readonly limit: number;
  /** The smoothed latency of now, and that of long, in milliseconds. */
  readonly shortMs: number;
  readonly longMs: number;
  readonly samples: number;
}

/** What one call says of the upstream: it failed transiently, or how long it took and how many were at work then. */
export type Sample = 'failure' | { readonly latencyMs: number; readonly atWork: number };

/** Before the first call. */
export function initialState({ initial }: AdaptiveRules): AdaptiveState {
  return { limit: initial, shortMs: 0, longMs: 0, samples: 0 };
}

/**
 * The next state. The limit is multiplied by the gradient, the latency of long divided by that of now, kept from 0.5 to
 * 1, and grows by a small queue: to `limit · gradient + 4`, of which a fifth of the way is gone at a time. It does not
 * move while less than half of it is used. A transient failure takes a tenth off.
 *
 * The formula and its constants are those of `Gradient2Limit` in https://github.com/Netflix/concurrency-limits, the
 * tenth is that of its `AIMDLimit`. Different here: the short window is smoothed over some ten samples rather than an
 * average of each second, so that no timer runs; below 16 the queue is `√limit`, so that small limits can be held.
 */
export function adapt(state: AdaptiveState, sample: Sample, { min, max }: AdaptiveRules = USUAL): AdaptiveState {
  if (sample === 'failure') return { ...state, limit: Math.max(min, state.limit * SHRINK_ON_FAILURE) };
  const { limit } = state;
  const samples = state.samples + 1;
  // The clock counts whole milliseconds, and nothing can be divided by none.
  const latencyMs = Math.max(1, sample.latencyMs);
  const shortMs = smooth(state.shortMs, latencyMs, samples, SHORT_WINDOW);
  const seenMs = smooth(state.longMs, latencyMs, samples, LONG_WINDOW);
  const longMs = seenMs > DRIFTED * shortMs ? seenMs * FORGET : seenMs;
  const gradient = Math.max(STEEPEST, Math.min(1, seenMs / shortMs));
  const wanted = limit * gradient + Math.min(UPSTREAM_QUEUE, Math.sqrt(limit));
  const next = sample.atWork < limit / 2 ? limit : limit + (wanted - limit) * SMOOTHING;
  return { limit: Math.max(min, Math.min(max, next)), shortMs, longMs, samples };
}

/** An exponential average over about `window` samples; the first few count alike. */
function smooth(average: number, value: number, samples: number, window: number): number {
  const weight = samples <= WARM_UP ? 1 / samples : 2 / (window + 1);
  return average + (value - average) * weight;
}
