// What the upstream limits, how it says so, and how it is asked. Times are milliseconds.
import { arrivals } from '../outage/scenario.js';

/** Answers a second that every upstream allows in the long run. */
export const PER_SECOND = 20;

/** How upstreams count. */
export const UPSTREAMS = {
  bucket: 'A token bucket: 20 a second, 20 at once',
  'window-10s': 'Fixed windows: 200 in each ten seconds',
  'window-60s': 'Fixed windows: 1200 in each minute',
  counting: 'A token bucket that refused requests take from too, down to 20 below nothing',
};

/** What a 429 says of when to come back. */
export const HINTS = {
  ms: 'retry-after-ms',
  seconds: 'retry-after, in whole seconds',
  none: 'nothing',
};

/** Calls for each answer that is allowed. */
export const LOADS = { '2x': 2, '1.1x': 1.1 };

/** A caller leaves after so long. */
export const PATIENCE_MS = 30_000;

/** What an answer takes is from half of it to one and a half. */
export const WORK_MS = 200;

const LENGTH_MS = 180_000;

/** @typedef {ReturnType<typeof scenarioOf>} Scenario */

/**
 * @param {keyof typeof UPSTREAMS} upstream
 * @param {keyof typeof HINTS} hint
 * @param {keyof typeof LOADS} load
 */
export function scenarioOf(upstream, hint, load) {
  return Object.freeze({ upstream, hint, load, callsPerSecond: LOADS[load] * PER_SECOND, endsAt: LENGTH_MS });
}

/** When calls are made. */
export function momentsOf(scenario, seed) {
  return arrivals(scenario, seed);
}
