import {
  type Admission,
  Call,
  type Enter,
  isAdmission,
  type Next,
  type NextStream,
  type OnSuccess,
  type Policy,
  UNGUARDED,
} from '../core/call.js';

type Succeed = NonNullable<Policy['succeed']>;
type Fail = (error: unknown, call: Call) => Promise<unknown>;

/** What a fused part does before, after and instead of what it stands around. */
interface Steps {
  readonly enter: Enter;
  readonly succeed: Succeed;
  readonly fail: Fail;
}

/**
 * Puts policies, outermost first, around `body`. Neighbours are fused into one part, but a policy that reviews values
 * ends a part: those further out wait for its promise.
 */
export function pipeline(policies: readonly Policy[], body: Next): Next {
  const reviewing = policies.findLastIndex(({ review }) => review);
  if (reviewing < 0) return policies.length === 0 ? body : run(fuse(policies, body), body);
  const inner = pipeline(policies.slice(reviewing + 1), body);
  return pipeline(policies.slice(0, reviewing), reviewed(policies[reviewing] as Policy, inner));
}

/** The same for methods that yield, one generator around the other. */
export function streamPipeline(policies: readonly Policy[], body: NextStream): NextStream {
  return policies.reduceRight<NextStream>((next, policy) => (call) => policy.stream(call, next), body);
}

function run({ enter, succeed, fail }: Steps, body: Next): Next {
  // Bound once for each admission, and calls share those: a healthy call makes no closure but the one for its failure.
  let bound: Admission | undefined;
  let onSuccess: OnSuccess;
  return (self, args, call) => {
    const admission = enter(self, args, call ? call.admission : UNGUARDED);
    if (admission !== bound) {
      if (!isAdmission(admission)) return admission;
      bound = admission;
      onSuccess = succeed(admission);
    }
    if (call) call.admission = admission;
    return body(self, args, call).then(onSuccess, (error) => fail(error, call ?? new Call(self, args, admission)));
  };
}

function reviewed(policy: Policy, next: Next): Next {
  const review = policy.review as NonNullable<Policy['review']>;
  const fail = failOf(policy, next);
  return (self, args, call = new Call(self, args, UNGUARDED)) =>
    next(self, args, call).then(
      (value) => review(value, call, next),
      (error) => fail(error, call),
    );
}

function fuse([outer, ...rest]: readonly Policy[], body: Next): Steps {
  const { succeed = same } = outer as Policy;
  if (rest.length === 0) return { enter: enterOf(outer as Policy, body), succeed, fail: failOf(outer as Policy, body) };
  const inner = fuse(rest, body);
  const next = run(inner, body);
  const fail = failOf(outer as Policy, next);
  /** What the inner policies answered with goes out through this one. */
  const settle = (answered: Promise<unknown>, call: Call): Promise<unknown> =>
    answered.then(
      (value) => succeed(call.admission)(value),
      (error) => fail(error, call),
    );
  return {
    enter: chainEnter(enterOf(outer as Policy, next), inner.enter, settle),
    succeed: chainSucceed(succeed, inner.succeed),
    fail: (error, call) => settle(inner.fail(error, call), call),
  };
}

function chainEnter(
  outer: Enter,
  inner: Enter,
  settle: (answered: Promise<unknown>, call: Call) => Promise<unknown>,
): Enter {
  if (inner === pass) return outer;
  return (self, args, given) => {
    const admission = outer(self, args, given);
    if (!isAdmission(admission)) return admission;
    const entered = inner(self, args, admission);
    return entered === admission || isAdmission(entered) ? entered : settle(entered, new Call(self, args, admission));
  };
}

function chainSucceed(outer: Succeed, inner: Succeed): Succeed {
  if (inner === same) return outer;
  if (outer === same) return inner;
  return (admission) => {
    const [first, second] = [inner(admission), outer(admission)];
    return (value) => second(first(value));
  };
}

function enterOf({ enter = pass, hold }: Policy, next: Next): Enter {
  return hold ? hold(next) : enter;
}

function failOf({ fail }: Policy, next: Next): Fail {
  return fail ? (error, call) => fail(error, call, next) : reject;
}

const pass: Enter = (_self, _args, admission) => admission;
const same: Succeed = () => (value) => value;
const reject = (error: unknown): Promise<unknown> => Promise.reject(error);
