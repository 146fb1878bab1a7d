import { burstClock } from '../../core/burst-clock.js';
import type { Call, NextStream, Policy, Stream } from '../../core/call.js';
import { cutStream } from '../../core/cut-stream.js';
import { FLOOR } from '../../core/floor.js';
import type { Site } from '../../core/site.js';
import { Limit, type Terms } from './limit.js';
import type { TimeLimitRules } from './rules.js';

/** Ends each attempt of a call, or the call itself where nothing stands around the limit. */
export function limitAttempt(site: Site, rules: TimeLimitRules, covers: 'call' | 'attempt'): Policy {
  // Nobody further in goes by its deadline: when it began is told in an event, and nothing else.
  return limited({ site, now: burstClock(site.clock), rules, position: 'inner', covers });
}

/**
 * Ends the whole call: what it wraps fails at once, from the method outwards, whether or not the method heeds its
 * signal. For that there is a floor, unless something else stands further in that heeds its end as a floor does.
 */
export function limitCall(site: Site, rules: TimeLimitRules, needsFloor: boolean): Policy {
  const terms: Terms = { site, now: () => site.clock.now(), rules, position: 'outer', covers: 'call' };
  return { ...limited(terms), ...(needsFloor && { floor: FLOOR }) };
}

function limited(terms: Terms): Policy {
  function begin(call: Call): Limit {
    const limit = new Limit(terms, call);
    if (terms.position === 'outer') call.limit = limit;
    return limit;
  }

  return {
    around: (call, next) => begin(call).around(next),
    stream: limitStream,
  };

  /** Time runs while a chunk is waited for; a consumer that does not read is only held to the limit of the whole. */
  async function* limitStream(call: Call, next: NextStream): Stream {
    const limit = begin(call);
    try {
      return yield* cutStream(next(call), limit);
    } finally {
      limit.release();
    }
  }
}
