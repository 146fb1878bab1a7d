import type { Policy } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import { burstClock } from '../../core/burst-clock.js';
import { Limit, type LimitKind } from './limit.js';
import type { TimeLimitRules } from './rules.js';

/** Ends each attempt of a call, or the call itself if the limit is the only policy. */
export function limitAttempt(site: Site, rules: TimeLimitRules, covers: 'call' | 'attempt'): Policy {
  // No policy further in uses its deadline: when it began only appears in an event.
  return limited({ site, now: burstClock(site.clock), rules, placement: 'inner', covers });
}

/** Ends everything that it wraps at once, from the method outwards, whether or not the method heeds its signal. */
export function limitCall(site: Site, rules: TimeLimitRules): Policy {
  return limited({ site, now: () => site.clock.now(), rules, placement: 'outer', covers: 'call' });
}

function limited(kind: LimitKind): Policy {
  return { around: (call, next) => new Limit(kind, call).around(next) };
}
