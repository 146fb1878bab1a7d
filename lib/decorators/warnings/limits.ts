import { attemptsWithin, longestSequenceMs, waitsOf } from './lasting.js';
import { durationOf, isWritten, msOf, named, numberOf, type Part, type Rule, type Warning } from './stack.js';

// Rules of what does not fit into a time limit. A wait that only a default makes longer than the limit is ended by the
// limit, as whoever wrote that will expect: no reason for a warning.

const ofCall = (whole: Part): string => `${named(whole, 'limit')} of the whole call`;

/** A limit of each attempt, or of its chunks, that the limit of the whole call forestalls. */
const attemptLimit: Rule = ({ whole, attempt }) => {
  const limitMs = msOf(whole, 'limit');
  if (!whole || !attempt || limitMs === undefined) return [];
  return ['limit', 'firstChunk', 'betweenChunks'].flatMap((option): Warning[] => {
    const ms = msOf(attempt, option);
    if (ms === undefined || ms < limitMs) return [];
    const says = `${named(attempt, option)} of each attempt is not below ${ofCall(whole)}, so it never ends anything; write a shorter one here, or a longer one above`;
    return [{ at: attempt, says }];
  });
};

/** Attempts that cannot begin, or may have to be cut short. */
const retrySequence: Rule = (stack) => {
  const { whole, retry, attempt } = stack;
  const limitMs = msOf(whole, 'limit');
  const waits = waitsOf(stack);
  if (!whole || !retry || limitMs === undefined || !waits) return [];
  const possible = attemptsWithin(limitMs, waits);
  if (possible === 1 && waits.attempts > 1) {
    const says = `${named(retry, 'minWait')} is not below ${ofCall(whole)}, so nothing is ever repeated; write a shorter minWait, or a longer limit`;
    return [{ at: retry, says }];
  }
  if (possible < waits.attempts) {
    const says = `${named(retry, 'maxAttempts')} do not fit ${ofCall(whole)}, because the shortest waits between them (${named(retry, 'minWait')}) alone take that long; write maxAttempts: ${possible}, a shorter minWait or a longer limit`;
    return [{ at: retry, says }];
  }
  const longestMs = longestSequenceMs(stack);
  // Where one attempt is as long already, the rule above says so.
  if ((msOf(attempt, 'limit') ?? 0) >= limitMs) return [];
  if (!attempt || waits.attempts === 1 || longestMs === undefined || longestMs <= limitMs) return [];
  const says = `${named(retry, 'maxAttempts')} of ${named(attempt, 'limit')} each, with the longest waits between them, take ${durationOf(longestMs)}, which is above ${ofCall(whole)}, so the last ones may never be made; write limit: '${durationOf(longestMs)}' above, or fewer or shorter attempts`;
  return [{ at: retry, says }];
};

const rateLimitWaits: Rule = ({ whole, rateLimit }) => {
  const limitMs = msOf(whole, 'limit');
  if (!whole || !rateLimit || limitMs === undefined) return [];
  if ((msOf(rateLimit, 'minWait') ?? 0) >= limitMs) {
    const says = `${named(rateLimit, 'minWait')} is not below ${ofCall(whole)}, so no rate limit is ever waited for; write a shorter minWait, or a longer limit`;
    return [{ at: rateLimit, says }];
  }
  if (!isWritten(rateLimit, 'maxWait') || (msOf(rateLimit, 'maxWait') ?? 0) <= limitMs) return [];
  const says = `${named(rateLimit, 'maxWait')} is above ${ofCall(whole)}, so no rate limit is waited for as long; write maxWait: '${String(whole.values.limit)}' or less, or a longer limit`;
  return [{ at: rateLimit, says }];
};

const queueWait: Rule = ({ whole, concurrency }) => {
  if (!concurrency || !isWritten(concurrency, 'maxQueueWait')) return [];
  if (numberOf(concurrency, 'queue') === 0) {
    const says = `${named(concurrency, 'maxQueueWait')} is never waited for, because with ${named(concurrency, 'queue')} nobody waits; write queue: 1 or more, or leave maxQueueWait out`;
    return [{ at: concurrency, says }];
  }
  const limitMs = msOf(whole, 'limit');
  if (!whole || limitMs === undefined || (msOf(concurrency, 'maxQueueWait') ?? 0) <= limitMs) return [];
  const says = `${named(concurrency, 'maxQueueWait')} is above ${ofCall(whole)}, so nobody waits in the queue as long; write maxQueueWait: '${String(whole.values.limit)}' or less, or a longer limit`;
  return [{ at: concurrency, says }];
};

/** A hedge that comes when the attempt is over. Of a percentile nothing is known beforehand. */
const hedge: Rule = ({ whole, attempt, hedge: hedged }) => {
  const after = msOf(hedged, 'after');
  if (!hedged || after === undefined) return [];
  for (const [limited, of] of [
    [attempt, 'each attempt'],
    [whole, 'the whole call'],
  ] as const) {
    const limitMs = msOf(limited, 'limit');
    if (!limited || limitMs === undefined || after < limitMs) continue;
    const says = `${named(hedged, 'after')} is not below ${named(limited, 'limit')} of ${of}, so no second attempt ever starts; write a shorter after, or a longer limit`;
    return [{ at: hedged, says }];
  }
  return [];
};

export const LIMIT_RULES: readonly Rule[] = [attemptLimit, retrySequence, rateLimitWaits, queueWait, hedge];
