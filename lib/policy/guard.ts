import type { Call } from '../call/call.js';
import { openingOf } from '../call/opening.js';
import { swallow } from '../call/open-stream.js';
import type { Next, Policy, Stream } from '../call/policy.js';
import { Rejection } from '../call/rejection.js';
import { isPromise, kindOfValue, type Mistake } from './check.js';

/** Runs a step. If it throws, that is a mistake of the policy, not an outcome of the call. */
function attempt<T>(step: string, mistake: Mistake, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw mistake(step, 'expected it not to throw', { cause });
  }
}

/** `next` for a foreign policy: the policy may leave out all arguments, and need not handle a rejection. */
function nextOf(call: Call, next: Next): Next {
  return (...given: Partial<Parameters<Next>>) => {
    const [self = call.self, args = call.args, same = call] = given;
    const promise = next(self, args, same);
    swallow(promise);
    return promise;
  };
}

/**
 * Protects the outer policies from mistakes of a foreign policy: they see its mistakes as failures of the call, so that
 * every permit and lease is returned. A guarded policy has only `around` and `tail`, so the pipeline does not fuse it.
 */
export function guarded(policy: Policy, mistake: Mistake): Policy {
  const { around, enter, succeed, fail, tail } = policy;
  if (!around && !enter && !succeed && !fail && !tail) return {};
  const guardedTail = tail && guardTail(tail, mistake);
  if (around)
    return {
      around: (call, next) => {
        const answer: unknown = attempt('around', mistake, () => around(call, nextOf(call, next)));
        if (!isPromise(answer)) throw mistake('around', `expected a promise, got ${kindOfValue(answer)}`);
        return Promise.resolve(answer);
      },
      tail: guardedTail,
    };

  /** The answer of `enter` that replaces the call; undefined if the call must run. */
  const entered = (call: Call, next: Next): Promise<unknown> | undefined => {
    if (!enter) return undefined;
    const { self, args, admission } = call;
    const answer: unknown = attempt('enter', mistake, () => enter(self, args, admission, nextOf(call, next), call));
    if (answer === admission) return undefined;
    if (isPromise(answer)) return Promise.resolve(answer);
    throw mistake('enter', `expected the admission that it was given, or a promise, got ${kindOfValue(answer)}`);
  };

  const succeeded = (value: unknown, call: Call): unknown => {
    // For streams, a policy with `tail` sees the end; only a policy without `tail` sees the start, as a success.
    const opening = openingOf(value, call.context);
    if (!succeed || (opening && guardedTail)) return value;
    try {
      const onSuccess: unknown = attempt('succeed', mistake, () => succeed(call.admission));
      if (typeof onSuccess !== 'function')
        throw mistake('succeed', `expected a function of the value, got ${kindOfValue(onSuccess)}`);
      const handed: unknown = attempt('succeed', mistake, () => onSuccess(value));
      return opening ? value : handed;
    } catch (wrong) {
      if (opening) swallow(opening.rest.return(undefined));
      throw wrong;
    }
  };

  const failed = (error: unknown, call: Call, next: Next): unknown => {
    const answer: unknown = fail && attempt('fail', mistake, () => fail(error, call, nextOf(call, next)));
    if (answer === undefined) return new Rejection(error);
    if (isPromise(answer)) return answer;
    throw mistake('fail', `expected a promise or undefined, got ${kindOfValue(answer)}`);
  };

  return {
    around: (call, next) =>
      entered(call, next) ??
      next(call.self, call.args, call).then(
        (value) => succeeded(value, call),
        (error: unknown) => failed(error, call, next),
      ),
    tail: guardedTail,
  };
}

function guardTail(tail: NonNullable<Policy['tail']>, mistake: Mistake): NonNullable<Policy['tail']> {
  return (rest, call) => {
    try {
      const stream: unknown = attempt('tail', mistake, () => tail(rest, call));
      if (isStream(stream)) return stream;
      throw mistake('tail', `expected a stream, such as the one that it was given, got ${kindOfValue(stream)}`);
    } catch (wrong) {
      // Nobody will read the stream, so it is closed: the inner policies must see its end.
      swallow(rest.return(undefined));
      throw wrong;
    }
  };
}

function isStream(value: unknown): value is Stream {
  const { next, return: end } = (value ?? {}) as { readonly next?: unknown; readonly return?: unknown };
  return typeof next === 'function' && typeof end === 'function';
}
