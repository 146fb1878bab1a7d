import type { Duration } from '../core/duration.js';
import { timeLimitFields, type TimeLimitOptions } from '../policies/time-limit/options.js';
import { timeLimitContradictions, timeLimitRules } from '../policies/time-limit/rules.js';
import { limitAttempt, limitCall } from '../policies/time-limit/time-limit.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Ends a call that takes too long with a {@link TimeLimitError}, and aborts the signal of {@link currentSignal}. Its
 * position decides what it limits. Above all other decorators: the whole call, attempts and waits together. Below all
 * others: each attempt, which is then retried. Right below `@CircuitProtected()` and above others: all attempts
 * together; then the timeout counts as a failure of the circuit, and the fallback may answer. For streams, `firstChunk`
 * and `betweenChunks` limit the waits for chunks.
 *
 * Other positions are not allowed.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const TimeLimited: (limit: Duration | TimeLimitOptions) => PolicyDecorator = definePolicy({
  name: 'TimeLimited',
  group: 'timeLimit',
  innerGroup: 'attemptLimit',
  fields: timeLimitFields,
  shorthand: 'limit',
  contradictions: timeLimitContradictions,
  bind: (options, context, _own, { isInner, stack }) => {
    const rules = timeLimitRules(options);
    if (isInner) return limitAttempt(context, rules, 'attempt');
    if (stack.length === 1) return limitAttempt(context, rules, 'call');
    return limitCall(context, rules);
  },
});
