import { attemptsWithin, longestSequenceMs, longestWaitsMs, waitsOf } from './lasting.js';
import { durationOf, isDefault, msOf, named, type Rule, type Stack } from './stack.js';

// Rules about waits and attempts that do not fit into a time limit. A default wait that is longer than the limit causes
// no warning: that the limit ends it is what the author of the limit expects.

const scopeOf = ({ isBelowCircuit }: Stack): string => (isBelowCircuit ? 'all attempts together' : 'the whole call');
const ofCall = (stack: Stack): string => `${named(stack.whole, 'limit')} of ${scopeOf(stack)}`;

/** A limit of each attempt, or of its chunks, that is not shorter than the limit of the whole call. */
const attemptLimit: Rule = (stack) => {
  const { whole, attempt } = stack;
  return ['limit', 'firstChunk', 'betweenChunks']
    .filter((option) => msOf(attempt, option) >= msOf(whole, 'limit'))
    .map((option) => ({
      at: attempt,
      says: `${named(attempt, option)} of each attempt is not below ${ofCall(stack)}, so it never ends anything; write a shorter one here, or a longer one above`,
    }));
};

/** Attempts that cannot start within the limit of the whole call, or that it may end. */
const retrySequence: Rule = (stack) => {
  const { whole, retry, attempt } = stack;
  const limitMs = msOf(whole, 'limit');
  const waits = waitsOf(stack);
  const possible = attemptsWithin(limitMs, waits);
  if (possible < waits.attempts) {
    const says =
      possible === 1
        ? `${named(retry, 'minWait')} is not below ${ofCall(stack)}, so nothing is ever repeated; write a shorter minWait, or a longer limit`
        : `${named(retry, 'maxAttempts')} do not fit ${ofCall(stack)}, because the shortest waits between them (${named(retry, 'minWait')}) alone take that long; write maxAttempts: ${possible}, a shorter minWait or a longer limit`;
    return [{ at: retry, says }];
  }
  const isLimited = !Number.isNaN(msOf(attempt, 'limit'));
  const longestMs = isLimited ? longestSequenceMs(stack) : longestWaitsMs(waits);
  // If one attempt alone can take that long, the rule `attemptLimit` warns.
  if (msOf(attempt, 'limit') >= limitMs || !(longestMs > limitMs)) return [];
  const lasting = isLimited
    ? `${named(retry, 'maxAttempts')} of ${named(attempt, 'limit')} each, with the longest waits between them, take`
    : `the longest waits between ${named(retry, 'maxAttempts')} take`;
  const says = `${lasting} ${durationOf(longestMs)}, which is above ${ofCall(stack)}, so the last ones may never be made; write limit: '${durationOf(longestMs)}' above, or fewer or shorter attempts`;
  return [{ at: retry, says }];
};

const rateLimitWaits: Rule = (stack) => {
  const { whole, rateLimit } = stack;
  const limitMs = msOf(whole, 'limit');
  if (msOf(rateLimit, 'minWait') >= limitMs) {
    const says = `${named(rateLimit, 'minWait')} is not below ${ofCall(stack)}, so no rate limit is ever waited for; write a shorter minWait, or a longer limit`;
    return [{ at: rateLimit, says }];
  }
  if (isDefault(rateLimit, 'maxWait') || !(msOf(rateLimit, 'maxWait') > limitMs)) return [];
  const says = `${named(rateLimit, 'maxWait')} is above ${ofCall(stack)}, so no rate limit is waited for as long; write maxWait: '${String(whole.values.limit)}' or less, or a longer limit`;
  return [{ at: rateLimit, says }];
};

const queueWait: Rule = (stack) => {
  const { whole, concurrency } = stack;
  if (isDefault(concurrency, 'maxQueueWait')) return [];
  if (concurrency.values.queue === 0) {
    const says = `${named(concurrency, 'maxQueueWait')} is never waited for, because with ${named(concurrency, 'queue')} nobody waits; write queue: 1 or more, or leave maxQueueWait out`;
    return [{ at: concurrency, says }];
  }
  if (!(msOf(concurrency, 'maxQueueWait') > msOf(whole, 'limit'))) return [];
  const says = `${named(concurrency, 'maxQueueWait')} is above ${ofCall(stack)}, so nobody waits in the queue as long; write maxQueueWait: '${String(whole.values.limit)}' or less, or a longer limit`;
  return [{ at: concurrency, says }];
};

/** A hedge that would start after the attempt has ended. Not checked for a percentile: its value is not known yet. */
const hedge: Rule = (stack) => {
  const { whole, attempt, hedge: hedged } = stack;
  const limits = [
    [attempt, 'each attempt'],
    [whole, scopeOf(stack)],
  ] as const;
  return limits
    .filter(([limited]) => msOf(hedged, 'after') >= msOf(limited, 'limit'))
    .slice(0, 1)
    .map(([limited, of]) => ({
      at: hedged,
      says: `${named(hedged, 'after')} is not below ${named(limited, 'limit')} of ${of}, so no second attempt ever starts; write a shorter after, or a longer limit`,
    }));
};

export const LIMIT_RULES: readonly Rule[] = [attemptLimit, retrySequence, rateLimitWaits, queueWait, hedge];
