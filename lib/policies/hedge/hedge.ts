import { Answer, type Next, type Policy } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import { burstClock } from '../../core/burst-clock.js';
import type { Latencies } from './latencies.js';
import { Race, type Track } from './race.js';
import type { HedgeRules } from './rules.js';

/**
 * Starts another attempt beside a slow one, and takes the first success.
 * @param isInnermost true if no policy is between the hedge and the method
 */
export function hedge(context: MethodContext, rules: HedgeRules, seen: Latencies, isInnermost: boolean): Policy {
  const { afterMs, share, maxHedges } = rules;
  const common = {
    context,
    now: burstClock(context.clock),
    maxHedges,
    // No hedge if a test has switched waits off: a slow machine must not add calls.
    afterMs: () => (context.instantRetries ? undefined : share === undefined ? afterMs : seen.percentile(share)),
    onLatency: share === undefined ? undefined : (ms: number) => seen.add(ms),
    isInnermost: isInnermost && !context.isStream,
  };
  // `next` is the same for every call, so the track is created once.
  let trackedNext: Next | undefined;
  let track: Track | undefined;
  const trackOf = (next: Next): Track => {
    if (trackedNext === next && track) return track;
    trackedNext = next;
    track = { ...common, run: ({ call }, { self, args }) => next(self, args, call) };
    return track;
  };
  return {
    around: (call, next, counter) => {
      const winner = new Race(trackOf(next), call, counter).winner();
      return counter ? new Answer(winner, call, 'counted') : winner;
    },
  };
}
