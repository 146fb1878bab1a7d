// The way out of a pipeline: the outcome of the inner layers passes through policies, and is counted when it leaves the
// outermost part.
import type { Account } from './account.js';
import type { Call } from './call.js';
import { openingOf } from './opening.js';
import type { OnSuccess, Policy, Stream } from './policy.js';
import type { CallContext } from './call-context.js';
import { Rejection } from './rejection.js';

export type Succeed = NonNullable<Policy['succeed']>;
export type Fail = (error: unknown, call: Call) => Promise<unknown> | undefined;
/** `value` is the result of the call: the stream itself, or the object that is read as a stream. */
export type Tail = (rest: Stream, call: Call, value: unknown) => Stream;

interface Out {
  readonly succeed: Succeed;
  readonly tail: Tail | undefined;
}

/**
 * Passes the outcome of the inner layers through policies.
 * @param hasOwnTail false if `tail` only counts: then it leaves the object of a fallback, which counts at once, as it is
 */
export function out(
  promise: Promise<unknown>,
  call: Call,
  succeed: OnSuccess,
  fail: Fail,
  tail: Tail | undefined,
  account: Account | undefined,
  hasOwnTail: boolean,
): Promise<unknown> {
  if (account) return outCounted(promise, call, succeed, fail, tail, account, hasOwnTail);
  return promise.then(
    (value) => (tail && follow(value, tail, call.context, () => call) ? value : succeed(value)),
    (error) => {
      const handled = fail(error, call);
      return handled === undefined ? new Rejection(error) : handled;
    },
  );
}

/** Like `out`, for the outermost part: also counts the call, unless `fail` answers it: that answer is counted already. */
function outCounted(
  promise: Promise<unknown>,
  call: Call,
  succeed: OnSuccess,
  fail: Fail,
  tail: Tail | undefined,
  account: Account,
  hasOwnTail: boolean,
): Promise<unknown> {
  return promise.then(
    (value) => {
      if (tail && (hasOwnTail || !call.hasFallenBack) && follow(value, tail, call.context, () => call)) return value;
      try {
        const handed = succeed(value);
        account.succeeded(call);
        return handed;
      } catch (thrown) {
        account.failed(thrown, call);
        throw thrown;
      }
    },
    (error) => {
      const handled = fail(error, call);
      if (handled !== undefined) return handled;
      account.failed(error, call);
      return new Rejection(error);
    },
  );
}

/** Lets policies see how the value ends if it is a stream. False if it is not a stream. */
export function follow(value: unknown, tail: Tail, context: CallContext, callOf: () => Call): boolean {
  const opening = openingOf(value, context);
  if (opening) opening.rest = tail(opening.rest, callOf(), value);
  return opening !== undefined;
}

/** Counts each successful call. Part of the closure that passes the value on, because that costs least. */
export function counting(onSuccess: OnSuccess, account: Account): OnSuccess {
  const { stats } = account;
  return (value) => {
    try {
      const handed = onSuccess(value);
      stats.succeeded += 1;
      return handed;
    } catch (thrown) {
      // A function of the user threw.
      account.failedAfterwards(thrown, undefined, []);
      throw thrown;
    }
  };
}

/** Follows every stream, because a stream is counted when it ends. */
export function counted(steps: Out, account: Account): Tail {
  const ownTail = tailOf(steps);
  return (rest, call, value) => account.watch(ownTail(rest, call, value), call);
}

/** For a policy without `tail`: calls its `succeed` when the stream begins. */
export function tailOf({ succeed, tail }: Out): Tail {
  return (
    tail ??
    ((rest, { admission }, value) => {
      succeed(admission)(value);
      return rest;
    })
  );
}
