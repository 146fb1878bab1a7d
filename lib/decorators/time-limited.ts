import type { Duration } from '../core/duration.js';
import { timeLimitFields, type TimeLimitOptions } from '../policies/time-limit/options.js';
import { timeLimitContradictions, timeLimitRules } from '../policies/time-limit/rules.js';
import { limitAttempt, limitCall } from '../policies/time-limit/time-limit.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Ends a call that takes too long with a {@link TimeLimitError}. Above all other decorators it limits the whole call,
 * attempts and waits together; below them it limits each attempt, which is then retried. Right below
 * `@CircuitProtected()` and above others it limits all attempts together too, but its end counts as a failure of the
 * circuit, and the fallback may answer. The signal of {@link currentSignal} aborts when it ends. For streams,
 * `firstChunk` and `betweenChunks` limit the waits for chunks.
 *
 * May stand in each of these three places, and nowhere else.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const TimeLimited: (limit: Duration | TimeLimitOptions) => PolicyDecorator = definePolicy({
  name: 'TimeLimited',
  group: 'timeLimit',
  innerGroup: 'attemptLimit',
  fields: timeLimitFields,
  shorthand: 'limit',
  contradictions: timeLimitContradictions,
  bind: (options, site, _own, { isInner, stack }) => {
    const rules = timeLimitRules(options);
    if (isInner) return limitAttempt(site, rules, 'attempt');
    if (stack.length === 1) return limitAttempt(site, rules, 'call');
    return limitCall(site, rules);
  },
});
