import type { Duration } from '../core/duration.js';
import { type TimeLimitOptions, timeLimitFields, timeLimitOptions } from '../policies/time-limit/options.js';
import {
  type ResolvedTimeLimitOptions,
  timeLimitContradictions,
  timeLimitRules,
} from '../policies/time-limit/rules.js';
import { limitAttempt, limitCall } from '../policies/time-limit/time-limit.js';
import { resolve } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator } from './decoration.js';
import { policySectionsOf } from './sections.js';
import type { PolicyDecorator } from './types.js';

export const timeLimited: Decorator = {
  policy: 'TimeLimited',
  fields: timeLimitOptions,
  contradictions: timeLimitContradictions,
  settings: (options, layers, method, { index }) => {
    const section = index === 0 ? 'timeLimit' : 'attemptLimit';
    return resolve(timeLimitFields, undefined, layers, options, policySectionsOf(layers, method, section));
  },
  bind: (options, site, _owned, { index, stack }) => {
    const rules = timeLimitRules(options as ResolvedTimeLimitOptions);
    if (index > 0) return limitAttempt(site, rules, 'attempt');
    if (stack.length === 1) return limitAttempt(site, rules, 'call');
    return limitCall(site, rules);
  },
};

/**
 * Ends what takes too long with a {@link TimeLimitError}. Above all other decorators it bounds the whole call, attempts
 * and waits together; below them it bounds each attempt, which is then retried. The signal of {@link currentSignal}
 * aborts when it ends. Of a stream, `firstChunk` and `betweenChunks` bound the waits for its chunks.
 *
 * May stand at both ends of a stack, and nowhere in between.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export function TimeLimited(limit: Duration): PolicyDecorator;
export function TimeLimited(options: TimeLimitOptions): PolicyDecorator;
export function TimeLimited(...[first, ...rest]: readonly unknown[]): PolicyDecorator {
  return decorate(timeLimited, [typeof first === 'string' ? { limit: first } : first, ...rest]);
}
