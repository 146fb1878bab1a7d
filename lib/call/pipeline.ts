import { type Admission, Call, isAdmission, UNGUARDED } from './call.js';
import { openingOf } from './opening.js';
import type { Next, OnSuccess, Policy, Stream } from './policy.js';
import type { Site } from './site.js';

type Enter = (
  self: unknown,
  args: readonly unknown[],
  admission: Admission,
  call: Call | undefined,
) => Admission | Entered;
type Succeed = NonNullable<Policy['succeed']>;
type Fail = (error: unknown, call: Call) => Promise<unknown> | undefined;
/** `value` is what the call succeeded with: the stream itself, or the object that is read as one. */
type Tail = (rest: Stream, call: Call, value: unknown) => Stream;

/** What a policy answered instead of everything further in: its promise, or that on its way out through others. */
type Entered = Promise<unknown> | Answer;

class Answer {
  constructor(
    public promise: Promise<unknown>,
    /** One for all that it passes, as for a call that came back from the method. */
    readonly call: Call,
  ) {}
}

/** The steps of one policy, or of several that are fused. */
interface Steps {
  readonly enter: Enter;
  readonly succeed: Succeed;
  readonly fail: Fail;
  /** Undefined if none of the policies sees how a stream ends. */
  readonly tail: Tail | undefined;
}

/**
 * Puts policies, outermost first, around `body`. Neighbours are fused into one part; a policy that stands around calls
 * ends a part, and those further out wait for its promise.
 * @param needsCall true if `body` needs a {@link Call} each time
 */
export function pipeline(policies: readonly Policy[], body: Next, site: Site, needsCall = false): Next {
  const ending = policies.findLastIndex(({ around }) => around);
  if (ending < 0) return policies.length === 0 ? body : run(fuse(policies, body, site), body, site, needsCall);
  const inner = pipeline(policies.slice(ending + 1), body, site, true);
  return pipeline(policies.slice(0, ending), surround(policies[ending] as Policy, inner, site), site, true);
}

function run({ enter, succeed, fail, tail }: Steps, body: Next, site: Site, needsCall: boolean): Next {
  // Bound once for each admission, and calls share those: a healthy call makes no closure but the one for its failure.
  let bound: Admission | undefined;
  let onSuccess: OnSuccess;

  const bind = (admission: Admission): OnSuccess => {
    const own = succeed(admission);
    if (!tail) return own;
    // A stream is followed with a call of its own: of the one that it came from nothing else is needed.
    return (value) => (follow(value, tail, site, () => new Call(site, undefined, [], admission)) ? value : own(value));
  };

  const runKnown = (call: Call, self: unknown, args: readonly unknown[], admission: Admission): Promise<unknown> => {
    call.admission = admission;
    return out(body(self, args, call), call, succeed(admission), fail, tail);
  };

  return (self, args, call) => {
    const admission = enter(self, args, call ? call.admission : UNGUARDED, call);
    if (admission !== bound) {
      if (!isAdmission(admission)) return admission instanceof Answer ? admission.promise : admission;
      bound = admission;
      onSuccess = bind(admission);
    }
    if (call) return runKnown(call, self, args, admission);
    if (needsCall) return runKnown(new Call(site, self, args, admission), self, args, admission);
    // The method may call itself before it first waits, and that binds another.
    const own = onSuccess;
    return body(self, args).then(own, (error) => {
      const call = new Call(site, self, args, admission);
      call.attempt = 1;
      const handled = fail(error, call);
      // Thrown here and not before, because a rejection without a handler is dear.
      if (handled === undefined) throw error;
      return handled;
    });
  };
}

/** Takes what came from further in out through policies. */
function out(
  promise: Promise<unknown>,
  call: Call,
  succeed: OnSuccess,
  fail: Fail,
  tail: Tail | undefined,
): Promise<unknown> {
  return promise.then(
    (value) => (tail && follow(value, tail, call.site, () => call) ? value : succeed(value)),
    (error) => {
      const handled = fail(error, call);
      if (handled === undefined) throw error;
      return handled;
    },
  );
}

/** If the value is a stream, policies will see how it ends. */
function follow(value: unknown, tail: Tail, site: Site, callOf: () => Call): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const opening = openingOf(value, site);
  if (opening) opening.rest = tail(opening.rest, callOf(), value);
  return opening !== undefined;
}

function surround({ around, tail }: Policy, next: Next, site: Site): Next {
  const run = around as NonNullable<Policy['around']>;
  return (self, args, call = new Call(site, self, args, UNGUARDED)) => {
    try {
      const promise = run(call, next);
      return tail ? out(promise, call, same, handOn, tail) : promise;
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

function fuse([first, ...rest]: readonly Policy[], body: Next, site: Site): Steps {
  const outer = first as Policy;
  const { succeed = pass } = outer;
  if (rest.length === 0) return { enter: enterOf(outer, body), succeed, fail: failOf(outer, body), tail: outer.tail };
  const inner = fuse(rest, body, site);
  const next = run(inner, body, site, false);
  const fail = failOf(outer, next);
  const settle = (promise: Promise<unknown>, call: Call): Promise<unknown> =>
    out(promise, call, succeed(call.admission), fail, outer.tail);
  return {
    enter: chainEnter(enterOf(outer, next), inner.enter, settle, site),
    succeed: chainSucceed(succeed, inner.succeed),
    fail: (error, call) => {
      const handled = inner.fail(error, call);
      return handled === undefined ? fail(error, call) : settle(handled, call);
    },
    tail: chainTail({ succeed, tail: outer.tail }, inner),
  };
}

function chainEnter(
  outer: Enter,
  inner: Enter,
  settle: (promise: Promise<unknown>, call: Call) => Promise<unknown>,
  site: Site,
): Enter {
  if (inner === admit) return outer;
  // What the inner policies answered goes out through the outer one.
  const answer = (
    entered: Entered,
    self: unknown,
    args: readonly unknown[],
    admission: Admission,
    call: Call | undefined,
  ): Answer => {
    const answer =
      entered instanceof Answer ? entered : new Answer(entered, call ?? new Call(site, self, args, admission));
    answer.promise = settle(answer.promise, answer.call);
    return answer;
  };
  return (self, args, given, call) => {
    const admission = outer === admit ? given : outer(self, args, given, call);
    if (admission !== given && !isAdmission(admission)) return admission;
    if (call) call.admission = admission as Admission;
    const entered = inner(self, args, admission as Admission, call);
    // Most policies hand on what they were given, which is cheaper to see than what it is.
    return entered === admission || isAdmission(entered)
      ? entered
      : answer(entered, self, args, admission as Admission, call);
  };
}

function chainSucceed(outer: Succeed, inner: Succeed): Succeed {
  if (inner === pass) return outer;
  if (outer === pass) return inner;
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

/** A policy that does not see how a stream ends sees that it has begun. */
function tailOf({ succeed, tail }: Pick<Steps, 'succeed' | 'tail'>): Tail {
  return (
    tail ??
    ((rest, { admission }, value) => {
      succeed(admission)(value);
      return rest;
    })
  );
}

function enterOf({ enter }: Policy, next: Next): Enter {
  return enter ? (self, args, admission, call) => enter(self, args, admission, next, call) : admit;
}

function failOf({ fail }: Policy, next: Next): Fail {
  return fail ? (error, call) => fail(error, call, next) : handOn;
}

const admit: Enter = (_self, _args, admission) => admission;
const same: OnSuccess = (value) => value;
const pass: Succeed = () => same;
const handOn: Fail = () => undefined;
