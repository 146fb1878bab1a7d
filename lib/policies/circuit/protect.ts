import { Admission, type Call, isAdmission } from '../../call/call.js';
import { watchEnd } from '../../call/open-stream.js';
import type { Answer, OnSuccess, Policy } from '../../call/policy.js';
import { answerOf } from '../../call/predicate.js';
import type { Site } from '../../call/site.js';
import { burstClock } from '../../core/burst-clock.js';
import { CircuitOpenError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import { Circuit } from './circuit.js';
import type { CircuitOptions } from './options.js';
import { outcomeOf } from './outcome.js';
import { refusals } from './refusals.js';
import type { CircuitRules } from './rules.js';
import type { Outcome } from './state.js';

export interface Protection extends Pick<CircuitOptions<unknown>, 'fallback' | 'failureOn' | 'failureOnResult'> {
  readonly rules: CircuitRules;
  readonly fallbackOn: 'open' | 'failure';
  /** True if nobody is rejected. */
  readonly shadow: boolean;
  /** The circuit, or how to find that of a call, which throws if its key cannot be told. */
  readonly circuit: Circuit | ((self: unknown, args: readonly unknown[]) => Circuit);
}

/** No epoch of any circuit: the outcome of a call that was not admitted decides nothing. */
const NO_EPOCH = -1;

/** Leaves a failing upstream alone, and lets the fallback answer meanwhile. */
export function protect(site: Site, protection: Protection): Policy {
  const { rules, fallback, fallbackOn, circuit, shadow, failureOn, failureOnResult } = protection;
  const { clock, random, method, stats } = site;
  const nowWhileRejecting = burstClock(clock);
  const { refuse, noteShadow, answerInstead } = refusals(site, fallback);
  const hasRates = rules.rates !== undefined;
  const isTimed = rules.rates !== undefined && rules.rates.slowCallMs < Number.POSITIVE_INFINITY;
  const ours = Object.freeze({ method });
  if (circuit instanceof Circuit) {
    circuit.isShadow = shadow;
    stats.circuit = circuit.name;
  }

  function settle(admission: Admission, outcome: Outcome, failure?: Failure): void {
    const cause = failure ? { method, failure } : ours;
    (admission.circuit as Circuit).settle(outcome, admission, clock.now(), rules, random, cause);
  }

  /** Works out how a call ended with a function of the user's; if that throws, the call decides nothing. */
  function judged<T>(admission: Admission, judge: () => T): T {
    try {
      return judge();
    } catch (mistake) {
      settle(admission, 'ignored');
      throw mistake;
    }
  }

  const judgeFailure = failureOn && {
    failureOn: (failure: Failure, error: unknown) =>
      answerOf(failureOn(failure, error), method, '@CircuitProtected() failureOn', { cause: error }),
  };

  /** Counts the failure. Throws what `failureOn` throws. */
  function settleFailure(call: Call, admission: Admission, error: unknown): Failure {
    const failure = call.failureOf(error);
    const outcome = judged(admission, () => outcomeOf(failure, error, judgeFailure?.failureOn));
    settle(admission, outcome, failure);
    return failure;
  }

  /** The fallback's answer to a call that has failed, if it is to answer. */
  function answerTo(call: Call, error: unknown, failure: Failure) {
    const { admission, scope } = call;
    // When the time limit of the whole call has ended, nobody waits for an answer any more.
    if (fallback === undefined || scope?.ended) return undefined;
    const circuit = admission.circuit as Circuit;
    // A call that waited further in while the circuit opened is rejected like all others.
    if (error instanceof CircuitOpenError && error.circuit === circuit.name) return answerInstead(call, circuit, error);
    return fallbackOn === 'failure' && failure.transient ? answerInstead(call, circuit, error, failure) : undefined;
  }

  function refusedOr(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Answer {
    const at = nowWhileRejecting();
    return circuit.isRejecting(at) ? refuse(self, args, circuit, at) : admitOrRefuse(self, args, circuit);
  }

  function admitOrRefuse(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Answer {
    const at = clock.now();
    return circuit.admit(at, rules, ours) ?? refuse(self, args, circuit, at);
  }

  function enter(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Answer {
    return circuit.admission ?? refusedOr(self, args, circuit);
  }

  /** The admission of a call that is timed is its own. */
  function enterTimed(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Answer {
    const entered = circuit.admission ?? refusedOr(self, args, circuit);
    if (!isAdmission(entered)) return entered;
    return new Admission(circuit, entered.epoch, entered.lease, clock.now());
  }

  /** Nobody is rejected; the outcome of those who would have been decides nothing. */
  function enterShadow(_self: unknown, _args: readonly unknown[], circuit: Circuit): Admission {
    const at = clock.now();
    const { epoch, lease } = circuit.admit(at, rules, ours) ?? { epoch: NO_EPOCH, lease: 0 };
    if (epoch === NO_EPOCH) noteShadow(circuit, at);
    return new Admission(circuit, epoch, lease, at, true);
  }

  const enterInto = shadow ? enterShadow : isTimed ? enterTimed : enter;

  const succeed = (admission: Admission): OnSuccess => {
    const circuit = admission.circuit as Circuit;
    return (value) => {
      // A success would leave a closed circuit without a failure as it is.
      if (hasRates || !circuit.isPristine) settle(admission, 'success');
      return value;
    };
  };

  const judgeResult = (admission: Admission): OnSuccess => {
    const isFailure = (value: unknown): boolean =>
      answerOf(failureOnResult?.(value), method, '@CircuitProtected() failureOnResult');
    return (value) => {
      settle(admission, judged(admission, () => isFailure(value)) ? 'failure' : 'success');
      return value;
    };
  };

  /** A stream is timed until it is open: the rest goes at the pace of its reader. */
  function asTimed({ circuit, epoch, lease, since, isShadow }: Admission): () => Admission {
    const tookMs = clock.now() - since;
    return () => new Admission(circuit, epoch, lease, clock.now() - tookMs, isShadow);
  }

  return {
    enter:
      circuit instanceof Circuit
        ? (self, args) => enterInto(self, args, circuit)
        : (self, args) => {
            try {
              const found = circuit(self, args);
              found.isShadow = shadow;
              stats.circuit = found.name;
              return enterInto(self, args, found);
            } catch (keyError) {
              return Promise.reject(keyError);
            }
          },
    succeed: failureOnResult ? judgeResult : succeed,
    fail: (error, call) => {
      try {
        return answerTo(call, error, settleFailure(call, call.admission, error));
      } catch (mistake) {
        return Promise.reject(mistake);
      }
    },
    tail: (rest, call) => {
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

  function settleBroken(call: Call, admission: Admission, error: unknown): void {
    try {
      settleFailure(call, admission, error);
    } catch {
      // The stream fails with its own error; what the user's function threw decided nothing.
    }
  }
}
