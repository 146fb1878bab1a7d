import { seeded } from '../../dist/cli/drill/seeded.js';
import { exchangeWith, replayOn } from '../outage/replay.js';
import { momentsOf, PATIENCE_MS } from './scenario.js';
import { LimitedUpstream } from './upstream.js';

/** Keeps the upstream's chance apart from that of the clients and of the calls. */
const UPSTREAMS = 3_000_017;

/**
 * One client on one upstream, in virtual time.
 *
 * @param {(world: object) => { call: (signal: AbortSignal) => Promise<unknown> }} make
 * @param {import('./scenario.js').Scenario} scenario
 */
export function replay(make, scenario, seed, signal) {
  const client = (upstream) => {
    const world = { exchange: exchangeWith(upstream), untilRoomMs: () => upstream.waitMs };
    return impatient(make(world));
  };
  const start = () => new LimitedUpstream(scenario, seeded(UPSTREAMS + seed));
  return replayOn(start, client, momentsOf(scenario, seed), seed, signal);
}

/** Callers who leave. */
function impatient(client) {
  return {
    call: async () => {
      const controller = new AbortController();
      const left = new Promise((_, reject) => {
        controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      });
      const timer = setTimeout(() => controller.abort(new Error('The caller has left.')), PATIENCE_MS);
      try {
        return await Promise.race([client.call(controller.signal), left]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: client.close,
  };
}
