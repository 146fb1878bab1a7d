import {
  type Admission,
  Call,
  isAdmission,
  type Next,
  type NextStream,
  type OnSuccess,
  type Policy,
  UNGUARDED,
} from '../core/call.js';

type Enter = (
  self: unknown,
  args: readonly unknown[],
  admission: Admission,
  call: Call | undefined,
) => Admission | Entered;
type Succeed = NonNullable<Policy['succeed']>;
type Fail = (error: unknown, call: Call) => Promise<unknown>;

/** What a policy answered with in place of everything further in: its promise, or that on its way out through others. */
type Entered = Promise<unknown> | Answer;

class Answer {
  constructor(
    public promise: Promise<unknown>,
    /** One for all that it passes, as for a call that came back from the method. */
    readonly call: Call,
  ) {}
}

/** What a fused part does before, after and instead of what it stands around. */
interface Steps {
  readonly enter: Enter;
  readonly succeed: Succeed;
  readonly fail: Fail;
}

/**
 * Puts policies, outermost first, around `body`. Neighbours are fused into one part, but a policy that reviews values
 * or stands around calls ends a part: those further out wait for its promise.
 */
export function pipeline(policies: readonly Policy[], body: Next, needsCall = false): Next {
  const ending = policies.findLastIndex(({ review, around }) => review ?? around);
  if (ending < 0) return policies.length === 0 ? body : run(fuse(policies, body), body, needsCall);
  const [policy, outer] = [policies[ending] as Policy, policies.slice(0, ending)];
  const inner = pipeline(policies.slice(ending + 1), body);
  const part = policy.around ? surrounded(policy.around, inner) : reviewed(policy, inner);
  return pipeline(outer, part, true);
}

/** The same for methods that yield, one generator around the other. */
export function streamPipeline(policies: readonly Policy[], body: NextStream): NextStream {
  return policies.reduceRight<NextStream>((next, policy) => (call) => policy.stream(call, next), body);
}

/** @param needsCall whether `body` has to know on which terms the call came in */
function run({ enter, succeed, fail }: Steps, body: Next, needsCall = false): Next {
  // Bound once for each admission, and calls share those: a healthy call makes no closure but the one for its failure.
  let bound: Admission | undefined;
  let onSuccess: OnSuccess;
  return (self, args, call) => {
    const admission = enter(self, args, call ? call.admission : UNGUARDED, call);
    if (admission !== bound) {
      if (!isAdmission(admission)) return admission instanceof Answer ? admission.promise : admission;
      bound = admission;
      onSuccess = succeed(admission);
    }
    const known = call ?? (needsCall ? new Call(self, args, admission) : undefined);
    if (known) known.admission = admission;
    // The method may call itself before it first waits, and that binds another.
    const own = onSuccess;
    return body(self, args, known).then(own, (error) => fail(error, known ?? new Call(self, args, admission)));
  };
}

function surrounded(around: NonNullable<Policy['around']>, next: Next): Next {
  return (self, args, call = new Call(self, args, UNGUARDED)) => {
    try {
      return around(call, next);
    } catch (error) {
      return Promise.reject(error);
    }
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
  const settle = (promise: Promise<unknown>, call: Call): Promise<unknown> =>
    promise.then(
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
  settle: (promise: Promise<unknown>, call: Call) => Promise<unknown>,
): Enter {
  if (inner === pass) return outer;
  // What the inner policies answered with goes out through the outer one.
  const out = (
    entered: Entered,
    self: unknown,
    args: readonly unknown[],
    admission: Admission,
    call: Call | undefined,
  ): Answer => {
    const answer = entered instanceof Answer ? entered : new Answer(entered, call ?? new Call(self, args, admission));
    answer.promise = settle(answer.promise, answer.call);
    return answer;
  };
  return (self, args, given, call) => {
    const admission = outer === pass ? given : outer(self, args, given, call);
    if (admission !== given && !isAdmission(admission)) return admission;
    const entered = inner(self, args, admission as Admission, call);
    // Most policies hand on what they were given, which is cheaper to see than what it is.
    return entered === admission || isAdmission(entered)
      ? entered
      : out(entered, self, args, admission as Admission, call);
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

function enterOf({ enter, hold }: Policy, next: Next): Enter {
  if (hold) return hold(next);
  return enter ? (self, args, admission, call) => enter(self, args, admission, next, call) : pass;
}

function failOf({ fail }: Policy, next: Next): Fail {
  return fail ? (error, call) => fail(error, call, next) : reject;
}

const pass: Enter = (_self, _args, admission) => admission;
const same: Succeed = () => (value) => value;
const reject = (error: unknown): Promise<unknown> => Promise.reject(error);
