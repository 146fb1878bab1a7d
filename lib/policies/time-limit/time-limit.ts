import { Answer, type Policy } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import { burstClock } from '../../core/burst-clock.js';
import { Limit, type LimitKind } from './limit.js';
import type { TimeLimitRules } from './rules.js';

/** Limits each attempt of a call, or the call itself if the limit is the only policy. */
export function limitAttempt(context: MethodContext, rules: TimeLimitRules, covers: 'call' | 'attempt'): Policy {
  // No inner policy uses the deadline: the start appears only in an event, so a cheaper clock suffices.
  return limited({ context, now: burstClock(context.clock), rules, placement: 'inner', covers });
}

/**
 * Limits the whole call. Its end settles everything inside, from the method outwards, even if the method ignores its
 * signal.
 */
export function limitCall(context: MethodContext, rules: TimeLimitRules): Policy {
  return limited({ context, now: () => context.clock.now(), rules, placement: 'outer', covers: 'call' });
}

function limited(kind: LimitKind): Policy {
  return {
    around: (call, next, counter) => {
      const ended = new Limit(kind, call, counter).around(next);
      return counter ? new Answer(ended, call, 'counted') : ended;
    },
  };
}
