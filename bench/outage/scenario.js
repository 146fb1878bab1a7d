// What happens to the upstream, how it is asked, and what every client is set to. Times are milliseconds, moments are
// counted from the beginning of a replay.
import { seeded } from '../../build/drill/outage/seeded.js';

/** What holds for every client that has a notion of it. */
const LIMITS = { attemptMs: 2000, attempts: 3, failureThreshold: 5, recoveryMs: 5000 };

/** `workMs` is the mean: a request takes from half of it to one and a half. */
const UPSTREAM = {
  workMs: 200,
  /** In the brownout: so much longer for each request, and this share of them ends with a 503. */
  brownout: { slower: 1.25, failing: 0.1 },
};

/** A phase each, in seconds, and the load: two thirds of what the workers can do. */
const VIRTUAL = { healthy: 30, brownout: 10, outage: 30, recovery: 50, callsPerSecond: 100, workers: 30 };
/** Fewer calls, since both ends of all connections are in one process. */
const REAL = { healthy: 5, brownout: 5, outage: 15, recovery: 25, callsPerSecond: 40, workers: 12 };

/** What becomes of requests in the outage. */
export const OUTAGES = {
  lost: 'Requests get lost, as in a network that swallows packets: no answer, ever',
  refused: 'Requests are refused at once with a 503, as by a balancer with nobody behind it',
  held: 'Requests wait until it is over and are worked off then, as behind a lock: the line stands still and grows',
  partial: 'Half of the requests fail at once with a 503, as when one of two servers is broken',
  slow: 'Every request takes ten times as long and none fails, so that the workers answer a tenth',
};

/** Outages in which some requests are answered: there a circuit may do harm. */
export const PARTIAL = ['partial', 'slow'];

/** The share of requests that fail in a partial outage, and how much longer they take in a slow one. */
export const FAILING = 0.5;
export const SLOWER = 10;

/** So much shorter or longer an outage is by chance, so that no client is lucky with the moments of its probes. */
const OUTAGE_SPREAD_MS = 4000;

/** Keeps the length of an outage apart from everything else that a seed decides. */
const LENGTHS = 7919;

/** @typedef {ReturnType<typeof scenarioOf>} Scenario */

/**
 * @param {keyof typeof OUTAGES} outage
 * @param {number} seed decides how long the outage is
 */
export function scenarioOf(outage, seed, { isReal = false } = {}) {
  const { healthy, brownout, outage: silent, recovery, ...load } = isReal ? REAL : VIRTUAL;
  const brownoutFrom = healthy * 1000;
  const outageFrom = brownoutFrom + brownout * 1000;
  const outageTo = outageFrom + silent * 1000 + Math.round((2 * seeded(seed * LENGTHS)() - 1) * OUTAGE_SPREAD_MS);
  const endsAt = outageTo + recovery * 1000;
  return Object.freeze({ ...UPSTREAM, ...load, limits: LIMITS, outage, brownoutFrom, outageFrom, outageTo, endsAt });
}

/** When calls begin: a Poisson process, which does not wait for answers. The same seed gives the same moments. */
export function arrivals({ callsPerSecond, endsAt }, seed) {
  const random = seeded(seed);
  const moments = [];
  for (let at = 0; ; moments.push(Math.floor(at))) {
    at += (-Math.log(1 - random()) * 1000) / callsPerSecond;
    if (at >= endsAt) return moments;
  }
}
