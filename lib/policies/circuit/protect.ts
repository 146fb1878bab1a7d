import { Admission, isAdmission, UNGUARDED } from '../../call/admission.js';
import { type Call, callFor } from '../../call/call.js';
import { watchEnd } from '../../call/open-stream.js';
import { Answer, type Next, type OnSuccess, type Policy, type Stream } from '../../call/policy.js';
import { answerAbout, answerOf } from '../../call/predicate.js';
import type { MethodContext } from '../../call/method-context.js';
import { burstClock } from '../../core/burst-clock.js';
import { CircuitOpenError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import { judged } from '../../failures/discard.js';
import { askThenRun } from './asking.js';
import { countedOf, noteAttempt } from './attempts.js';
import { Circuit } from './circuit.js';
import { answersFor } from './fallback.js';
import { outcomeOf } from './outcome.js';
import type { Protection } from './protection.js';
import { refusals } from './refusals.js';
import type { Shares } from './row.js';
import type { CircuitRules } from './rules.js';
import type { Outcome } from './state.js';

/** Not the epoch of any circuit, so that the outcome of a call that was not admitted is ignored. */
const NO_EPOCH = -1;

/** The circuit policy: rejects calls while the upstream fails, and lets the fallback answer them. */
export function protect(context: MethodContext, protection: Protection): Policy {
  const { rules, fallback, fallbackOn, circuit, shadow, failureOn, failureOnResult } = protection;
  const { clock, random, method, stats } = context;
  const nowWhileRejecting = burstClock(clock);
  const { canAnswer, refuse, noteShadow, answerInstead } = refusals(context, fallback);
  const hasRates = rules.rates !== undefined;
  const isTimed = rules.rates !== undefined && rules.rates.slowCallMs < Infinity;
  const byMethod = Object.freeze({ method });
  if (circuit instanceof Circuit) {
    circuit.isShadow = shadow;
    stats.circuit = circuit.name;
  }

  function settle(admission: Admission, outcome: Outcome, failure?: Failure, counted?: Shares): void {
    const circuit = admission.circuit as Circuit;
    if (circuit.isUnmovedBy(outcome)) return circuit.outside.counted(outcome, admission.lease);
    const failed = failure && { retryAfterMs: failure.retryAfterMs, counted };
    circuit.settle(outcome, admission, clock.now(), rules, random, failed, failure ? { method, failure } : byMethod);
  }

  /** Counts failed attempts, so that many concurrent calls open the circuit before one has used all attempts. */
  context.onAttemptFailed.push((call, error, of) => {
    const { admission } = call;
    if (!(admission.circuit instanceof Circuit)) return;
    const failure = call.failureOf(error);
    if (!isFailedAttempt(failure, error)) return;
    noteAttempt(call, of);
    admission.circuit.attemptFailed(of, admission, call.failedAt, rules, random, failure, { method, failure });
  });

  function isFailedAttempt(failure: Failure, error: unknown): boolean {
    try {
      return outcomeOf(failure, error, judgeFailure?.failureOn) === 'failure';
    } catch {
      // The call will fail with this error when it ends.
      return false;
    }
  }

  /** Runs the user's function that judges a call. If it throws, the circuit ignores the call. */
  function judgeOrIgnore<T>(admission: Admission, judge: () => T): T {
    try {
      return judge();
    } catch (thrown) {
      settle(admission, 'ignored');
      throw thrown;
    }
  }

  const judgeFailure = failureOn && {
    failureOn: (failure: Failure, error: unknown) =>
      answerAbout(error, () => failureOn(failure, error), method, '@CircuitProtected() failureOn'),
  };

  /** Counts the failure. Throws what `failureOn` throws. */
  function settleFailure(call: Call, admission: Admission, error: unknown): Failure {
    const failure = call.failureOf(error);
    const outcome = judgeFailure
      ? judgeOrIgnore(admission, () => outcomeOf(failure, error, judgeFailure.failureOn))
      : outcomeOf(failure);
    settle(admission, outcome, failure, outcome === 'failure' ? countedOf(call) : undefined);
    return failure;
  }

  /** The fallback's answer to a failed call; undefined if it does not answer. */
  function answerTo(call: Call, error: unknown, failure: Failure) {
    const { admission, scope } = call;
    // If the limit of the whole call has ended, the caller has already got an error.
    if (scope?.ended || !canAnswer(call.self, call.args)) return undefined;
    const circuit = admission.circuit as Circuit;
    // The call waited in an inner policy while the circuit opened: it counts as rejected.
    if (error instanceof CircuitOpenError && error.circuit === circuit.name) return answerInstead(call, circuit, error);
    return answersFor(fallbackOn, method, failure, error) ? answerInstead(call, circuit, error, failure) : undefined;
  }

  type EnterCircuit = (
    self: unknown,
    args: readonly unknown[],
    circuit: Circuit,
    next: Next,
    call?: Call,
  ) => Admission | Answer;

  const rejectOrAdmit: EnterCircuit = (self, args, circuit, next, call) => {
    const at = nowWhileRejecting();
    if (circuit.isRejecting(at)) return refuse(self, args, circuit, at);
    circuit.called();
    return circuit.admission ?? admitOrReject(self, args, circuit, next, call);
  };

  const admitOrReject: EnterCircuit = (self, args, circuit, next, call) => {
    const at = clock.now();
    const answer = circuit.outside.ask(circuit.stateAt(at), at);
    if (answer instanceof Promise) {
      const asked = callFor(context, self, args, call?.admission ?? UNGUARDED, call);
      return new Answer(askThenRun(context, asking, answer, circuit, next, asked), asked);
    }
    return (
      (answer?.admitted === false ? undefined : circuit.admit(at, rules, byMethod)) ?? refuse(self, args, circuit, at)
    );
  };

  const enter: EnterCircuit = (self, args, circuit, next, call) => {
    return circuit.admission ?? rejectOrAdmit(self, args, circuit, next, call);
  };

  /** A timed call has its own admission, which holds its start. */
  const enterTimed: EnterCircuit = (self, args, circuit, next, call) => {
    const entered = circuit.admission ?? rejectOrAdmit(self, args, circuit, next, call);
    return isAdmission(entered) ? timed(entered, circuit) : entered;
  };

  function timed({ epoch, lease }: Admission, circuit: Circuit): Admission {
    return new Admission(circuit, epoch, lease, clock.now());
  }

  /** Rejects no call. The outcome of a call that would have been rejected is ignored. */
  const enterShadow: EnterCircuit = (_self, _args, circuit) => {
    const at = clock.now();
    circuit.called();
    const { epoch, lease } = circuit.admit(at, rules, byMethod) ?? { epoch: NO_EPOCH, lease: 0 };
    if (epoch === NO_EPOCH) noteShadow(circuit, at);
    return new Admission(circuit, epoch, lease, at, true);
  };

  const enterInto = shadow ? enterShadow : isTimed ? enterTimed : enter;

  const succeed = (admission: Admission): OnSuccess => {
    const circuit = admission.circuit as Circuit;
    return (value) => {
      circuit.outside.successes += 1;
      // Skipped if the circuit is closed and has counted nothing, because a success would change nothing.
      if (!hasRates && (circuit.isPristine || circuit.clear(admission))) return value;
      settle(admission, 'success');
      return value;
    };
  };

  const judgeResult = (admission: Admission): OnSuccess => {
    const isFailure = (result: unknown): boolean =>
      judged(result, (value) => answerOf(failureOnResult?.(value), method, '@CircuitProtected() failureOnResult'));
    const circuit = admission.circuit as Circuit;
    return (value) => {
      const outcome = judgeOrIgnore(admission, () => isFailure(value)) ? 'failure' : 'success';
      if (outcome === 'success') circuit.outside.successes += 1;
      settle(admission, outcome);
      return value;
    };
  };

  /** A stream is timed until its first chunk, because the reader's pace decides the rest. */
  function asTimed({ circuit, epoch, lease, since, isShadow }: Admission): () => Admission {
    const tookMs = clock.now() - since;
    return () => new Admission(circuit, epoch, lease, clock.now() - tookMs, isShadow);
  }

  const steps = {
    succeed: failureOnResult ? judgeResult : succeed,
    fail: (error: unknown, call: Call): Promise<unknown> | undefined => {
      try {
        return answerTo(call, error, settleFailure(call, call.admission, error));
      } catch (thrown) {
        return Promise.reject(thrown);
      }
    },
    tail: (rest: Stream, call: Call): Stream => {
      const { admission } = call;
      const timed = isTimed ? asTimed(admission) : () => admission;
      return watchEnd(rest, {
        ended: (how, error) => {
          if (how === 'completed') succeed(timed())(undefined);
          else if (how === 'left') settle(admission, 'ignored');
          else settleBroken(call, timed(), error);
        },
      });
    },
  };

  const asking = {
    steps,
    admit: (circuit: Circuit): Admission | undefined => {
      const entered = circuit.admission ?? circuit.admit(clock.now(), rules, byMethod);
      return entered && isTimed ? timed(entered, circuit) : entered;
    },
    refuse: (self: unknown, args: readonly unknown[], circuit: Circuit) => refuse(self, args, circuit, clock.now()),
  };

  // A shadow circuit does not adopt the state of its fleet either.
  const effective: CircuitRules = shadow && rules.fleet !== 'off' ? { ...rules, fleet: 'watch' } : rules;
  if (circuit instanceof Circuit) circuit.rules = effective;

  return {
    ...steps,
    enter:
      circuit instanceof Circuit
        ? (self, args, _admission, next, call) => enterInto(self, args, circuit, next, call)
        : (self, args, _admission, next, call) => {
            try {
              const keyedCircuit = circuit(self, args);
              keyedCircuit.rules = effective;
              keyedCircuit.isShadow = shadow;
              stats.circuit = keyedCircuit.name;
              return enterInto(self, args, keyedCircuit, next, call);
            } catch (keyError) {
              return Promise.reject(keyError);
            }
          },
  };

  function settleBroken(call: Call, admission: Admission, error: unknown): void {
    try {
      settleFailure(call, admission, error);
    } catch {
      // The stream fails with its own error; the error of the user's function is ignored.
    }
  }
}
