// The way out of a pipeline: what came from further in passes policies, and is counted when it leaves the outermost part.
import type { Account } from './account.js';
import type { Call } from './call.js';
import { openingOf } from './opening.js';
import type { OnSuccess, Policy, Stream } from './policy.js';
import type { Site } from './site.js';

export type Succeed = NonNullable<Policy['succeed']>;
export type Fail = (error: unknown, call: Call) => Promise<unknown> | undefined;
/** `value` is what the call succeeded with: the stream itself, or the object that is read as one. */
export type Tail = (rest: Stream, call: Call, value: unknown) => Stream;

interface Out {
  readonly succeed: Succeed;
  readonly tail: Tail | undefined;
}

/** Takes what came from further in out through policies. */
export function out(
  promise: Promise<unknown>,
  call: Call,
  succeed: OnSuccess,
  fail: Fail,
  tail: Tail | undefined,
  account?: Account,
): Promise<unknown> {
  if (account) return outCounted(promise, call, succeed, fail, tail, account);
  return promise.then(
    (value) => (tail && follow(value, tail, call.site, () => call) ? value : succeed(value)),
    (error) => {
      const handled = fail(error, call);
      if (handled === undefined) throw error;
      return handled;
    },
  );
}

/** The same, out of the outermost part. */
function outCounted(
  promise: Promise<unknown>,
  call: Call,
  succeed: OnSuccess,
  fail: Fail,
  tail: Tail | undefined,
  account: Account,
): Promise<unknown> {
  return promise.then(
    (value) => {
      if (tail && follow(value, tail, call.site, () => call)) return value;
      try {
        const handed = succeed(value);
        account.succeeded(call);
        return handed;
      } catch (mistake) {
        account.failed(mistake, call);
        throw mistake;
      }
    },
    (error) => {
      const handled = fail(error, call);
      if (handled !== undefined) return account.track(handled, call);
      account.failed(error, call);
      throw error;
    },
  );
}

/** If the value is a stream, policies will see how it ends. */
export function follow(value: unknown, tail: Tail, site: Site, callOf: () => Call): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const opening = openingOf(value, site);
  if (opening) opening.rest = tail(opening.rest, callOf(), value);
  return opening !== undefined;
}

/** Counts calls that end well, each of them: so it is part of the closure that hands their value on. */
export function counting(own: OnSuccess, account: Account): OnSuccess {
  const { stats } = account;
  return (value) => {
    try {
      const handed = own(value);
      stats.succeeded += 1;
      return handed;
    } catch (mistake) {
      // Of a function of the user's.
      account.failedAfterwards(mistake, undefined, []);
      throw mistake;
    }
  };
}

/** Follows every stream, since it is counted when it ends. */
export function counted(steps: Out, account: Account): Tail {
  const own = tailOf(steps);
  return (rest, call, value) => account.watch(own(rest, call, value), call);
}

/** A policy that does not see how a stream ends sees that it has begun. */
export function tailOf({ succeed, tail }: Out): Tail {
  return (
    tail ??
    ((rest, { admission }, value) => {
      succeed(admission)(value);
      return rest;
    })
  );
}
