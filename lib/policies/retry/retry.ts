import type { Admission } from '../../call/admission.js';
import type { Call } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import type { Next, OnSuccess, Policy } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import { Rejection } from '../../call/rejection.js';
import { repeatAlone } from './leading.js';
import type { Multiplied } from './multiplied.js';
import type { RetryRules } from './rules.js';
import type { Retries } from './retries.js';
import { repeatable, RetrySequence } from './sequence.js';
import { NEVER, currentMark } from './spent.js';
import { watchStream } from './stream.js';

/** The retry policy: repeats a call while it fails transiently. */
export function retry(context: MethodContext, rules: RetryRules, multiplied: Multiplied): Policy {
  const [scheduled, gaveUp] = [context.channel('retry_scheduled'), context.channel('retry_gave_up')];
  const retries: Retries = { context, rules, multiplied, scheduled, gaveUp };
  const { isUnwanted, nested } = rules;

  const succeed = ({ circuit }: Admission): OnSuccess => {
    const budget = circuit?.budget ?? context.budget;
    return (value) => {
      budget.earn();
      return value;
    };
  };

  // The start of a first attempt is not noted, so inner retries that gave up are noticed from the second attempt on.
  const fail = (error: unknown, call: Call, next: Next, since = NEVER): Promise<unknown> | undefined => {
    call.budget.earn();
    try {
      const failure = repeatable(retries, call, error, 1);
      return failure && new RetrySequence(retries, call, next, since, call.failedAt).afterFailure(failure, error);
    } catch (thrown) {
      // A function of the user threw.
      return Promise.reject(thrown);
    }
  };

  /** Used only with `nested` or `retryOnResult`, because it costs more. */
  const around = (call: Call, next: Next): Promise<unknown> => {
    const attempt: Next =
      nested === 'outer-only' ? (self, args, known) => repeatAlone(() => next(self, args, known)) : next;
    const since = nested === 'multiply' ? NEVER : currentMark();
    return attempt(call.self, call.args, call).then(
      (value) => {
        const opening = openingOf(value, context);
        if (opening) opening.rest = watchStream(retries, opening.rest, call);
        else call.budget.earn();
        if (opening || !isUnwanted?.(value)) return value;
        return new RetrySequence(retries, call, attempt, since, context.clock.now()).afterValue(value);
      },
      (error) => fail(error, call, attempt, since) ?? new Rejection(error),
    );
  };

  if (isUnwanted || nested !== 'multiply') return { around };
  return { succeed, fail, tail: (rest, call) => watchStream(retries, rest, call) };
}
