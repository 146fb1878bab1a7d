// How many calls an upstream takes at a time, found from how long they take.

/** Where an adaptive limit starts, and between what it stays. */
export const INITIAL_LIMIT = 20;
export const MIN_LIMIT = 1;
export const MAX_LIMIT = 200;

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

export const INITIAL_STATE: AdaptiveState = Object.freeze({ limit: INITIAL_LIMIT, shortMs: 0, longMs: 0, samples: 0 });

/**
 * The next state. The limit is multiplied by the gradient, the latency of long divided by that of now, kept from 0.5 to
 * 1, and grows by a small queue: to `limit · gradient + 4`, of which a fifth of the way is gone at a time. It does not
 * move while less than half of it is used. A transient failure takes a tenth off.
 *
 * The formula and its constants are those of `Gradient2Limit` in https://github.com/Netflix/concurrency-limits, the
 * tenth is that of its `AIMDLimit`. Different here: the short window is smoothed over some ten samples rather than an
 * average of each second, so that no timer runs; below 16 the queue is `√limit`, so that small limits can be held.
 */
export function adapt(state: AdaptiveState, sample: Sample): AdaptiveState {
  if (sample === 'failure') return { ...state, limit: Math.max(MIN_LIMIT, state.limit * SHRINK_ON_FAILURE) };
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
  return { limit: Math.max(MIN_LIMIT, Math.min(MAX_LIMIT, next)), shortMs, longMs, samples };
}

/** An exponential average over about `window` samples; the first few count alike. */
function smooth(average: number, value: number, samples: number, window: number): number {
  const weight = samples <= WARM_UP ? 1 / samples : 2 / (window + 1);
  return average + (value - average) * weight;
}
