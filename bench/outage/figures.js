// What a replay comes to, in numbers.

/** Calls of which at least this share is answered usefully, for a second on end and ever after: full goodput. */
const FULL = 0.95;
const STEP_MS = 100;
const STEPS_OF_A_SECOND = 1000 / STEP_MS;

/** @typedef {ReturnType<typeof figuresOf>} Figures */

/**
 * @param {import('./replay.js').Replayed} replayed
 * @param {import('./scenario.js').Scenario} scenario
 */
export function figuresOf({ calls, requests }, { limits, outageFrom, outageTo, endsAt }) {
  const isInOutage = ({ at }) => at >= outageFrom && at < outageTo;
  const useful = calls.filter((call) => call.isUseful);
  const usefulInOutage = useful.filter(isInOutage).length;
  const known = waits(calls);
  const knownInOutage = waits(calls.filter(isInOutage));
  return {
    useful: useful.length,
    /** Of the calls that were made while the upstream was there. */
    usefulOutsideOutage: useful.length - usefulInOutage,
    usefulPerSecond: (useful.length * 1000) / endsAt,
    /** Requests that nobody waited for any more, whether or not the upstream worked for them. */
    wasted: requests.filter(({ isAwaited }) => !isAwaited).length,
    intoOutage: requests.filter(isInOutage).length,
    /** What arrives before the first attempt can have timed out. */
    unavoidable: calls.filter(({ at }) => at >= outageFrom && at < outageFrom + limits.attemptMs).length,
    p50: quantile(known, 0.5),
    p99: quantile(known, 0.99),
    outageP50: quantile(knownInOutage, 0.5),
    outageP99: quantile(knownInOutage, 0.99),
    /** From the end of the outage; Infinity where goodput stayed below until the end of the replay. */
    fullAfterMs: fullGoodputAt(calls, outageTo, endsAt) - outageTo,
  };
}

/** The first moment from which on the calls of every second are answered as in good times; Infinity if there is none. */
function fullGoodputAt(calls, from, to) {
  const steps = Math.floor((to - from) / STEP_MS);
  const made = new Array(steps).fill(0);
  const useful = new Array(steps).fill(0);
  for (const { at, isUseful } of calls) {
    const step = Math.floor((at - from) / STEP_MS);
    if (step < 0 || step >= steps) continue;
    made[step] += 1;
    if (isUseful) useful[step] += 1;
  }
  const second = (counts, step) => counts.slice(step, step + STEPS_OF_A_SECOND).reduce((sum, count) => sum + count, 0);
  const last = steps - STEPS_OF_A_SECOND;
  let full = last + 1;
  while (full > 0 && second(useful, full - 1) >= FULL * second(made, full - 1)) full -= 1;
  return full > last ? Number.POSITIVE_INFINITY : from + full * STEP_MS;
}

/** A figure over all seeds. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), least: sorted[0], most: sorted.at(-1) };
}

function waits(calls) {
  return calls.map(({ at, settledAt }) => settledAt - at).sort((a, b) => a - b);
}

/** Of what is sorted. Of an even number the median is the lower of the two in the middle. */
function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
