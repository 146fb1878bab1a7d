import type { Next, Policy } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import { burstClock } from '../../core/burst-clock.js';
import type { Latencies } from './latencies.js';
import { Race, type Track } from './race.js';
import type { HedgeRules } from './rules.js';

/**
 * Starts another attempt beside one that is slow, and takes the first success.
 * @param isInnermost true if nothing stands between the hedge and the method
 */
export function hedge(site: Site, rules: HedgeRules, seen: Latencies, isInnermost: boolean): Policy {
  const { afterMs, share, maxHedges } = rules;
  const common = {
    site,
    now: burstClock(site.clock),
    maxHedges,
    // If tests take the waits away, a slow machine must not add calls.
    afterMs: () => (site.instantRetries ? undefined : share === undefined ? afterMs : seen.percentile(share)),
    onLatency: share === undefined ? undefined : (ms: number) => seen.add(ms),
    isInnermost: isInnermost && !site.isStream,
  };
  // The same for every call of the pipeline that it stands in.
  let further: Next | undefined;
  let track: Track | undefined;
  const trackOf = (next: Next): Track => {
    if (further === next && track) return track;
    further = next;
    track = { ...common, run: ({ call }, { self, args }) => next(self, args, call) };
    return track;
  };
  return { around: (call, next) => new Race(trackOf(next), call).winner() };
}
