import { burstClock } from '../../core/burst-clock.js';
import { Admission, type Call, type NextStream, type OnSuccess, type Policy, type Stream } from '../../core/call.js';
import { CircuitOpenError } from '../../core/errors.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { relay } from '../../core/relay.js';
import type { Site } from '../../core/site.js';
import { classify } from '../../failures/classify.js';
import { findSignal } from '../../failures/signal.js';
import { Circuit } from './circuit.js';
import { answer } from './fallback.js';
import type { CircuitOptions } from './options.js';
import { outcomeOf } from './outcome.js';
import type { CircuitRules } from './rules.js';
import type { Outcome } from './state.js';
import { tellTransition } from './transition.js';

export interface Protection extends Pick<CircuitOptions<unknown>, 'fallback'> {
  readonly rules: CircuitRules;
  readonly fallbackOn: 'open' | 'failure';
  /** The circuit, or how to find that of a call, which throws where its key cannot be told. */
  readonly circuit: Circuit | ((self: unknown, args: readonly unknown[]) => Circuit);
}

const CANCELLED: Failure = Object.freeze({ kind: 'cancelled', transient: false });

/** Leaves a failing upstream alone, and lets the fallback answer meanwhile. */
export function protect(site: Site, { rules, fallback, fallbackOn, circuit }: Protection): Policy {
  const { clock, method, random } = site;
  const now = (): number => clock.now();
  const nowWhileRefusing = burstClock(clock);
  const refused = site.channel('circuit_refused');
  const fellBack = site.channel('fallback_used');

  /** The terms of a call, or the error that the fallback or the caller is given. */
  function admit(circuit: Circuit, at: number): Admission | CircuitOpenError {
    const { epoch } = circuit;
    const admission = circuit.admit(at, rules);
    if (typeof admission === 'number') return refuse(circuit, admission, at);
    if (admission.epoch !== epoch) tellTransition(site, circuit.name, circuit.stateAt(at), at);
    return admission;
  }

  function refuse(circuit: Circuit, retryAfterMs: number, at: number): CircuitOpenError {
    refused.audience(at)?.({
      type: 'circuit_refused',
      method,
      circuit: circuit.name,
      state: circuit.stateAt(at).kind,
      retryAfterMs,
    });
    return fallback === undefined
      ? new CircuitOpenError({ circuit: circuit.name, retryAfterMs })
      : circuit.refusal(now);
  }

  function settle(admission: Admission, outcome: Outcome, failure?: Failure): void {
    const circuit = admission.circuit as Circuit;
    const at = clock.now();
    const moved = circuit.settle(outcome, admission, at, rules, random);
    if (moved) tellTransition(site, circuit.name, circuit.stateAt(at), at, failure);
  }

  /** Counts the failure, and returns it when the fallback is to answer for it. */
  function settleFailure({ admission, aborted, args }: Call, error: unknown): Failure | undefined {
    const cancelled = aborted || findSignal(args)?.aborted;
    const failure = cancelled ? CANCELLED : classify(error, clock.now());
    settle(admission, outcomeOf(failure), failure);
    return fallback !== undefined && fallbackOn === 'failure' && failure.transient ? failure : undefined;
  }

  function answerFor(
    self: unknown,
    args: readonly unknown[],
    circuit: string,
    error: unknown,
    at: number,
    failure?: Failure,
  ) {
    const reason = failure ? 'failure' : 'open';
    fellBack.audience(at)?.({ type: 'fallback_used', method, circuit, reason, ...(failure && factsOf(failure)) });
    return answer(fallback, self, args, error);
  }

  function refusedOr(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Promise<unknown> {
    const at = nowWhileRefusing();
    const admission = admit(circuit, at);
    if (admission instanceof Admission) return admission;
    return fallback === undefined ? Promise.reject(admission) : answerFor(self, args, circuit.name, admission, at);
  }

  const succeed = (admission: Admission): OnSuccess => {
    const circuit = admission.circuit as Circuit;
    return (value) => {
      // A closed circuit without a failure is what a success would make of it anyway.
      if (!circuit.isPristine) settle(admission, 'success');
      return value;
    };
  };

  return {
    enter:
      circuit instanceof Circuit
        ? (self, args) => circuit.admission ?? refusedOr(self, args, circuit)
        : (self, args) => {
            try {
              const found = circuit(self, args);
              return found.admission ?? refusedOr(self, args, found);
            } catch (keyError) {
              return Promise.reject(keyError);
            }
          },
    succeed,
    fail: (error, call) => {
      const failure = settleFailure(call, error);
      if (!failure) return Promise.reject(error);
      return answerFor(call.self, call.args, (call.admission.circuit as Circuit).name, error, clock.now(), failure);
    },
    stream: protectStream,
  };

  /** Decides the outcome when the stream ends: completed, failed, or left early by its consumer. */
  async function* protectStream(call: Call, next: NextStream): Stream {
    const { self, args } = call;
    const found = circuit instanceof Circuit ? circuit : circuit(self, args);
    const at = clock.now();
    const admission = found.admission ?? admit(found, at);
    if (!(admission instanceof Admission)) {
      if (fallback === undefined) throw admission;
      yield await answerFor(self, args, found.name, admission, at);
      return undefined;
    }
    call.admission = admission;
    let chunks = 0;
    let ended = false;
    try {
      const result = yield* relay(next(call), () => {
        chunks += 1;
      });
      ended = true;
      return succeed(admission)(result);
    } catch (error) {
      ended = true;
      const failure = settleFailure(call, error);
      if (!failure || chunks > 0) throw error;
      yield await answerFor(self, args, found.name, error, clock.now(), failure);
      return undefined;
    } finally {
      if (!ended) settle(admission, 'ignored');
    }
  }
}
