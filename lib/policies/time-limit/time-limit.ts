import type { Call, NextStream, Policy, Stream } from '../../core/call.js';
import type { TimeLimitReason } from '../../core/events.js';
import type { Site } from '../../core/site.js';
import { Limit, type Position } from './limit.js';
import { NO_LIMIT, type TimeLimitRules } from './rules.js';

/** Ends each attempt of a call, or the call itself where nothing stands around the limit. */
export function limitAttempt(site: Site, rules: TimeLimitRules, covers: 'call' | 'attempt'): Policy {
  return limited(site, rules, 'inner', covers);
}

/**
 * Ends the whole call: what it wraps fails at once, from the method outwards, whether or not the method heeds its
 * signal. For that there is a `floor`, unless a limit of each attempt stands there anyway.
 */
export function limitCall(site: Site, rules: TimeLimitRules, needsFloor: boolean): Policy {
  return {
    ...limited(site, rules, 'outer', 'call'),
    ...(needsFloor && { floor: { ...limited(site, NO_LIMIT, 'inner', 'call'), around: cutShort } }),
  };
}

/** What runs right around the method ends with the limit of the whole call, and is given its signal. */
const cutShort: NonNullable<Policy['around']> = (call, next) =>
  (call.limit as Limit).cutShort(() => next(call.self, call.args, call));

function limited(site: Site, rules: TimeLimitRules, position: Position, covers: TimeLimitReason): Policy {
  const { firstChunkMs, betweenChunksMs } = rules;

  function begin(call: Call): Limit {
    const limit = new Limit(site, rules, position, covers, call);
    if (position === 'outer') call.limit = limit;
    return limit;
  }

  return {
    around: (call, next) => begin(call).around(() => next(call.self, call.args, call)),
    stream: limitStream,
  };

  /** Time runs while a chunk is waited for; a consumer that does not read is only held to the limit of the whole. */
  async function* limitStream(call: Call, next: NextStream): Stream {
    const limit = begin(call);
    const source = next(call);
    let isDone = false;
    // Nobody may ever read on, so that what is further in has to be told now.
    const ignoreEnd = limit.onEnd(() => {
      if (!limit.isWaiting) swallow(source.throw(limit.ended?.reason));
    });
    try {
      let step = limit.wait(() => source.next(), firstChunkMs, 'first-chunk');
      for (;;) {
        const result = await step;
        if (result.done) {
          isDone = true;
          return result.value;
        }
        try {
          const sent = yield result.value;
          step = limit.wait(() => source.next(sent), betweenChunksMs, 'between-chunks');
        } catch (thrown) {
          step = limit.wait(() => source.throw(thrown), betweenChunksMs, 'between-chunks');
        }
      }
    } finally {
      try {
        if (limit.ended) swallow(source.return(undefined));
        else if (!isDone) await limit.wait(() => source.return(undefined));
      } finally {
        ignoreEnd();
        limit.release();
      }
    }
  }
}

/** What comes of it decides nothing any more. */
function swallow(late: Promise<unknown>): void {
  late.catch(() => undefined);
}
