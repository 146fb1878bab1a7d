import { toMs } from '../core/duration.js';
import type { MethodContext } from '../call/method-context.js';
import type { Limiter } from '../policies/limiter/limiter.js';
import { limitRate } from '../policies/limiter/limit.js';
import { limiterFields, type LimiterOptions } from '../policies/limiter/options.js';
import type { LimiterRules } from '../policies/limiter/pace.js';
import { limiterContradictions, limiterRules } from '../policies/limiter/rules.js';
import { limiterNamed, ownLimiter } from '../runtime/limiters.js';
import type { Owned } from './decoration.js';
import { definePolicy } from './define-policy.js';
import { keyFinder } from './key.js';
import type { PolicyDecorator } from './types.js';

/**
 * Lets `limit` units (requests, tokens) pass in `per`, evenly; after an idle time, `burst` units at once. A call over
 * the limit waits in order for at most `maxWait`; a call that would wait longer is rejected with {@link
 * RateLimitedError}. `cost` estimates the units of a call before it starts; `actual` corrects them when it ends.
 *
 * Write it below `@RetryOnTransient()` and `@Hedged()`, so that each attempt counts, and above `@ConcurrencyLimited()`,
 * so that a waiting call holds no permit. It may be repeated in a stack, for example for requests and for tokens.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const RateLimited: (options: LimiterOptions) => PolicyDecorator = definePolicy({
  name: 'RateLimited',
  group: 'limiter',
  fields: limiterFields,
  contradictions: limiterContradictions,
  bind: (options, context, own, { index, stack }) => {
    const { limiter: name, limit, per, burst, fleet, key, maxWait, queue, cost, actual } = options;
    // Never: both are required.
    if (limit === null || per === null) return {};
    // The number of this decorator among those of the stack.
    const nth = stack.slice(0, index).filter((policy) => policy === 'RateLimited').length;
    const rules = limiterRules({ limit, per, burst, fleet });
    const keyOf = key && keyFinder('RateLimited', context.method, key);
    return limitRate(
      context,
      {
        name: name ?? context.method,
        limit,
        maxWaitMs: toMs(maxWait),
        queue: queue ?? Infinity,
        keyOf,
        cost,
        actual,
      },
      name === undefined ? ofMethod(rules, nth, context, own) : limiterNamed(name, rules),
      own.once(`RateLimited ${nth} reported`, () => new Set<string>()),
    );
  },
});

/** The method's own limiter. It keeps its debt when settings change. */
function ofMethod(rules: LimiterRules, nth: number, { method, clock }: MethodContext, own: Owned): Limiter {
  const limiter = own.once(`RateLimited ${nth}`, () => ownLimiter(method, rules));
  limiter.change(rules, clock.now());
  return limiter;
}
