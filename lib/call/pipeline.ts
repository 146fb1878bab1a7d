import { Account } from './account.js';
import { type Admission, isAdmission, UNGUARDED } from './admission.js';
import { Call, callAfterwards } from './call.js';
import { counted, counting, type Fail, follow, out, type Succeed, type Tail, tailOf } from './outward.js';
import { Answer, type Next, type OnSuccess, type Policy } from './policy.js';
import type { CallContext } from './call-context.js';
import { Rejection } from './rejection.js';

type Enter = NonNullable<Policy['enter']>;
/** The answer of a policy instead of the inner layers. */
type Entered = Promise<unknown> | Answer;

/** The steps of one policy, or of several fused ones. */
interface Steps {
  readonly enter: Enter;
  /** What `enter` may run later. */
  readonly next: Next;
  readonly succeed: Succeed;
  readonly fail: Fail;
  /** Undefined if none of the policies sees how a stream ends. */
  readonly tail: Tail | undefined;
}

/**
 * Puts policies, outermost first, around `body`. Neighbouring policies are fused into one part. A policy with an
 * `around` step begins a new part, and the outer policies wait for its promise.
 * @param needsCall true if `body` always needs a {@link Call}
 */
export function pipeline(policies: readonly Policy[], body: Next, context: CallContext, needsCall = false): Next {
  return assemble(policies, body, context, needsCall, new Account(context));
}

/** @param account counts the calls, if this is the outermost part */
function assemble(
  policies: readonly Policy[],
  body: Next,
  context: CallContext,
  needsCall: boolean,
  account?: Account,
): Next {
  const lastAround = policies.findLastIndex(({ around }) => around);
  if (policies.length === 0) return body;
  if (lastAround < 0) return run(fuse(policies, body, context, account), body, context, needsCall, account);
  const inner = assemble(policies.slice(lastAround + 1), body, context, true);
  const part = surround(policies[lastAround] as Policy, inner, context, lastAround === 0 ? account : undefined);
  return assemble(policies.slice(0, lastAround), part, context, true, account);
}

function run(steps: Steps, body: Next, context: CallContext, needsCall: boolean, account?: Account): Next {
  const { enter, next, succeed, fail } = steps;
  const tail = account ? counted(steps, account) : steps.tail;
  // Bound once for each admission, which calls share: a healthy call creates one closure only, for its failure.
  let boundAdmission: Admission | undefined;
  let onSuccess: OnSuccess;

  const bind = (admission: Admission): OnSuccess => {
    const own = account ? counting(succeed(admission), account) : succeed(admission);
    if (!tail) return own;
    // A stream is followed with a new `Call`: only the admission of the original call is needed.
    const callOf = (): Call => callAfterwards(context, undefined, [], admission);
    // Most values are no stream: `follow` would find that out too, for the price of a call.
    return (value) => (typeof value === 'object' && follow(value, tail, context, callOf) ? value : own(value));
  };

  const runKnown = (call: Call, self: unknown, args: readonly unknown[], admission: Admission): Promise<unknown> => {
    call.admission = admission;
    return out(body(self, args, call), call, succeed(admission), fail, tail, account, steps.tail !== undefined);
  };

  return (self, args, call) => {
    const admission = enter(self, args, call ? call.admission : UNGUARDED, next, call);
    if (admission !== boundAdmission) {
      if (!isAdmission(admission)) {
        return account ? account.answered(admission, self, args, call) : promiseOf(admission, call);
      }
      boundAdmission = admission;
      onSuccess = bind(admission);
    }
    if (call) return runKnown(call, self, args, admission);
    if (needsCall) return runKnown(new Call(context, self, args, admission), self, args, admission);
    // Read before the method runs: the method may call itself synchronously, which binds another admission.
    const own = onSuccess;
    return body(self, args).then(own, (error) => {
      const failed = callAfterwards(context, self, args, admission);
      const handled = fail(error, failed);
      if (handled !== undefined) return handled;
      account?.failed(error, failed);
      return new Rejection(error);
    });
  };
}

/** The promise of an answer. For an inner part: the outermost part counts the call. */
function promiseOf(entered: Entered, call: Call | undefined): Promise<unknown> {
  if (!(entered instanceof Answer)) return entered;
  if (call && entered.isFallback) call.hasFallenBack = true;
  return entered.promise;
}

function surround({ around, ...own }: Policy, next: Next, context: CallContext, account?: Account): Next {
  const run = around as NonNullable<Policy['around']>;
  const tail = account ? counted({ succeed: succeedNoop, tail: own.tail }, account) : own.tail;
  const counter = own.tail ? undefined : account;
  return (self, args, call = new Call(context, self, args, UNGUARDED)) => {
    let answer: Entered;
    try {
      answer = run(call, next, counter);
    } catch (error) {
      answer = Promise.reject(error);
    }
    if (answer instanceof Answer) return answer.promise;
    return tail ? out(answer, call, passValue, passError, tail, account, own.tail !== undefined) : answer;
  };
}

/** @param account set for the outermost part: then what a `fail` step answers with is counted already */
function fuse([first, ...rest]: readonly Policy[], body: Next, context: CallContext, account?: Account): Steps {
  const outer = first as Policy;
  const { enter = admit, succeed = succeedNoop } = outer;
  if (rest.length === 0) {
    const fail = countedFail(failOf(outer, body), account);
    return { enter, next: body, succeed, fail, tail: outer.tail };
  }
  const inner = fuse(rest, body, context);
  const next = run(inner, body, context, false);
  const fail = failOf(outer, next);
  const failCounted = countedFail(fail, account);
  const tail = account ? counted({ succeed, tail: outer.tail }, account) : outer.tail;
  const bound = boundOnce(succeed);
  const settle = (promise: Promise<unknown>, call: Call): Promise<unknown> =>
    out(promise, call, bound(call.admission), failCounted, tail, account, outer.tail !== undefined);
  return {
    enter: inner.enter === admit ? enter : chainEnter(enter, next, inner, settle, context, account !== undefined),
    next,
    succeed: chainSucceed(succeed, inner.succeed),
    fail: (error, call) => {
      const handled = inner.fail(error, call);
      return handled === undefined ? failCounted(error, call) : settle(handled, call);
    },
    tail: chainTail({ succeed, tail: outer.tail }, inner),
  };
}

/** Binds the step once for each admission, which calls share. */
function boundOnce(succeed: Succeed): Succeed {
  let boundAdmission: Admission | undefined;
  let onSuccess: OnSuccess;
  return (admission) => {
    if (admission !== boundAdmission) {
      onSuccess = succeed(admission);
      boundAdmission = admission;
    }
    return onSuccess;
  };
}

function countedFail(fail: Fail, account: Account | undefined): Fail {
  if (!account || fail === passError) return fail;
  return (error, call) => {
    const handled = fail(error, call);
    return handled && account.track(handled, call);
  };
}

function chainEnter(
  outer: Enter,
  next: Next,
  inner: Steps,
  settle: (promise: Promise<unknown>, call: Call) => Promise<unknown>,
  context: CallContext,
  isCounted: boolean,
): Enter {
  // The answer of the inner policies passes out through the outer policy.
  const answer = (
    entered: Entered,
    self: unknown,
    args: readonly unknown[],
    admission: Admission,
    call: Call | undefined,
  ): Answer => {
    const answer = entered instanceof Answer ? entered : new Answer(entered, undefined);
    const known = answer.call ?? call ?? new Call(context, self, args, admission);
    if (answer.isFallback) known.hasFallenBack = true;
    const promise = settle(answer.promise, known);
    return new Answer(promise, known, isCounted ? 'counted' : answer.isFallback ? 'fallback' : answer.by);
  };
  return (self, args, outerAdmission, _next, call) => {
    const admission = outer === admit ? outerAdmission : outer(self, args, outerAdmission, next, call);
    if (admission !== outerAdmission && !isAdmission(admission)) return admission;
    if (call) call.admission = admission as Admission;
    const entered = inner.enter(self, args, admission as Admission, inner.next, call);
    // Most policies return the admission they got; comparing is cheaper than `isAdmission`.
    return entered === admission || isAdmission(entered)
      ? entered
      : answer(entered, self, args, admission as Admission, call);
  };
}

function chainSucceed(outer: Succeed, inner: Succeed): Succeed {
  if (inner === succeedNoop) return outer;
  if (outer === succeedNoop) return inner;
  return (admission) => {
    const [first, second] = [inner(admission), outer(admission)];
    return (value) => second(first(value));
  };
}

function chainTail(outer: Pick<Steps, 'succeed' | 'tail'>, inner: Pick<Steps, 'succeed' | 'tail'>): Tail | undefined {
  if (!outer.tail && !inner.tail) return undefined;
  const [first, second] = [tailOf(inner), tailOf(outer)];
  return (rest, call, value) => second(first(rest, call, value), call, value);
}

function failOf({ fail }: Policy, next: Next): Fail {
  return fail ? (error, call) => fail(error, call, next) : passError;
}

const admit: Enter = (_self, _args, admission) => admission;
const passValue: OnSuccess = (value) => value;
const succeedNoop: Succeed = () => passValue;
const passError: Fail = () => undefined;
