import { burstClock } from '../../core/burst-clock.js';
import {
  Admission,
  type Call,
  isAdmission,
  type NextStream,
  type OnSuccess,
  type Policy,
  type Stream,
} from '../../core/call.js';
import { CircuitOpenError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import { isConsumers, relay } from '../../core/relay.js';
import type { Site } from '../../core/site.js';
import { classify } from '../../failures/classify.js';
import { Circuit } from './circuit.js';
import type { CircuitOptions } from './options.js';
import { outcomeOf } from './outcome.js';
import { refusals } from './refusals.js';
import type { CircuitRules } from './rules.js';
import type { Outcome } from './state.js';
import { tellTransition } from './transition.js';

export interface Protection extends Pick<CircuitOptions<unknown>, 'fallback' | 'failureOn' | 'failureOnResult'> {
  readonly rules: CircuitRules;
  readonly fallbackOn: 'open' | 'failure';
  /** Whether nobody is refused. */
  readonly shadow: boolean;
  /** The circuit, or how to find that of a call, which throws where its key cannot be told. */
  readonly circuit: Circuit | ((self: unknown, args: readonly unknown[]) => Circuit);
}

const CANCELLED: Failure = Object.freeze({ kind: 'cancelled', transient: false });

/** No epoch of any circuit: what comes of a call that was not admitted decides nothing. */
const NO_EPOCH = -1;

/** Leaves a failing upstream alone, and lets the fallback answer meanwhile. */
export function protect(site: Site, protection: Protection): Policy {
  const { rules, fallback, fallbackOn, circuit, shadow, failureOn, failureOnResult } = protection;
  const { clock, random } = site;
  const nowWhileRefusing = burstClock(clock);
  const { refuse, noteShadow, answerInstead } = refusals(site, fallback);
  const hasRates = rules.rates !== undefined;
  const isTimed = rules.rates !== undefined && rules.rates.slowCallMs < Number.POSITIVE_INFINITY;

  /** The terms of a call; undefined when it is refused. */
  function admit(circuit: Circuit, at: number): Admission | undefined {
    const { epoch } = circuit;
    const admission = circuit.admit(at, rules);
    if (circuit.epoch !== epoch) tellTransition(site, circuit.name, circuit.stateAt(at), at);
    return admission;
  }

  function settle(admission: Admission, outcome: Outcome, failure?: Failure): void {
    const circuit = admission.circuit as Circuit;
    const at = clock.now();
    const moved = circuit.settle(outcome, admission, at, rules, random, failure);
    if (moved) tellTransition(site, circuit.name, circuit.stateAt(at), at, failure);
  }

  /** Works out how a call ended with a function of the user's, who hears of it when that throws. */
  function judged<T>(admission: Admission, judge: () => T): T {
    try {
      return judge();
    } catch (mistake) {
      settle(admission, 'ignored');
      throw mistake;
    }
  }

  /** Counts the failure. */
  function settleFailure({ admission, aborted, args }: Call, error: unknown): Failure {
    const cancelled = aborted || site.signalOf(args)?.aborted;
    const failure = cancelled ? CANCELLED : classify(error, clock.now());
    settle(
      admission,
      judged(admission, () => outcomeOf(failure, error, failureOn)),
      failure,
    );
    return failure;
  }

  /** The fallback's answer to a call that has failed, where it is to answer. */
  function answerTo({ self, args, admission, limit }: Call, error: unknown, failure: Failure) {
    // When the time limit of the whole call has ended, nobody waits for an answer any more.
    if (fallback === undefined || limit?.ended) return undefined;
    const circuit = admission.circuit as Circuit;
    // Who waited further in while the circuit opened is refused like everybody else.
    if (error instanceof CircuitOpenError && error.circuit === circuit.name)
      return answerInstead(self, args, circuit, error);
    return fallbackOn === 'failure' && failure.transient
      ? answerInstead(self, args, circuit, error, failure)
      : undefined;
  }

  function refusedOr(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Promise<unknown> {
    const at = nowWhileRefusing();
    return circuit.isRefusing(at) ? refuse(self, args, circuit, at) : admitOrRefuse(self, args, circuit);
  }

  function admitOrRefuse(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Promise<unknown> {
    const at = clock.now();
    return admit(circuit, at) ?? refuse(self, args, circuit, at);
  }

  function enter(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Promise<unknown> {
    return circuit.admission ?? refusedOr(self, args, circuit);
  }

  /** The terms of a call that is timed are its own. */
  function enterTimed(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Promise<unknown> {
    const entered = circuit.admission ?? refusedOr(self, args, circuit);
    if (!isAdmission(entered)) return entered;
    return new Admission(circuit, entered.epoch, entered.lease, clock.now());
  }

  /** Nobody is refused; what comes of those who would have been decides nothing. */
  function enterShadow(_self: unknown, _args: readonly unknown[], circuit: Circuit): Admission {
    const at = clock.now();
    const { epoch, lease } = admit(circuit, at) ?? { epoch: NO_EPOCH, lease: 0 };
    if (epoch === NO_EPOCH) noteShadow(circuit, at);
    return new Admission(circuit, epoch, lease, at, true);
  }

  const enterInto = shadow ? enterShadow : isTimed ? enterTimed : enter;

  const succeed = (admission: Admission): OnSuccess => {
    const circuit = admission.circuit as Circuit;
    return (value) => {
      // A closed circuit without a failure is what a success would make of it anyway.
      if (hasRates || !circuit.isPristine) settle(admission, 'success');
      return value;
    };
  };

  const judgeResult = (admission: Admission): OnSuccess => {
    return (value) => {
      settle(admission, judged(admission, () => failureOnResult?.(value)) ? 'failure' : 'success');
      return value;
    };
  };

  return {
    enter:
      circuit instanceof Circuit
        ? (self, args) => enterInto(self, args, circuit)
        : (self, args) => {
            try {
              return enterInto(self, args, circuit(self, args));
            } catch (keyError) {
              return Promise.reject(keyError);
            }
          },
    succeed: failureOnResult ? judgeResult : succeed,
    fail: (error, call) => {
      return answerTo(call, error, settleFailure(call, error)) ?? Promise.reject(error);
    },
    stream: protectStream,
  };

  /** Decides the outcome when the stream ends: completed, failed, or left early by its consumer. */
  async function* protectStream(call: Call, next: NextStream): Stream {
    const { self, args } = call;
    const entered = enterInto(self, args, circuit instanceof Circuit ? circuit : circuit(self, args));
    if (!isAdmission(entered)) {
      yield await entered;
      return undefined;
    }
    call.admission = entered;
    let begun = false;
    let left = false;
    let tookMs: number | undefined;
    /** What is timed is the first chunk: the rest goes at the pace of whoever reads it. */
    const terms = (): Admission => {
      if (tookMs === undefined) return entered;
      const { circuit, epoch, lease, isShadow } = entered;
      return new Admission(circuit, epoch, lease, clock.now() - tookMs, isShadow);
    };
    try {
      const result = yield* relay(
        next(call),
        () => {
          if (!begun && isTimed) tookMs = clock.now() - entered.since;
          begun = true;
        },
        () => {
          left = true;
        },
      );
      return succeed(terms())(result);
    } catch (error) {
      // What the consumer throws into the stream, or what goes wrong when it leaves, is not the upstream's; but a time
      // limit that stands around the circuit ends the stream in the same way.
      if (isConsumers(left, call)) throw error;
      call.admission = terms();
      const failure = settleFailure(call, error);
      const answered = begun ? undefined : answerTo(call, error, failure);
      if (!answered) throw error;
      yield await answered;
      return undefined;
    } finally {
      // Of a call that has been decided on, this decides nothing more.
      settle(entered, 'ignored');
    }
  }
}
