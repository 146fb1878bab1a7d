import type { Policy } from '../../call/policy.js';
import { openingOf } from '../../call/opening.js';
import { canBeSentOnce } from '../../failures/once.js';
import { copied, type Learner } from './fallback.js';

/**
 * Lets a learning fallback see the successful results of a method. Skips streams and results that can be read only
 * once.
 */
export function learnFrom(learner: Learner, isGood: (value: unknown) => boolean): Policy {
  return {
    around: (call, next) =>
      next(call.self, call.args, call).then((value) => {
        if (!openingOf(value, call.context) && !canBeSentOnce([value]) && isGood(value))
          learner.learn(call.self, call.args, copied(value));
        return value;
      }),
  };
}
