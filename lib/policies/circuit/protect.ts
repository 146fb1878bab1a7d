import { burstClock } from '../../core/burst-clock.js';
import { Admission, type Call, type NextStream, type OnSuccess, type Policy, type Stream } from '../../core/call.js';
import type { Audience } from '../../core/events.js';
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
import { type Outcome, retryAfterMs } from './state.js';
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

  /** The terms of a call; undefined when it is refused. */
  function admit(circuit: Circuit, at: number): Admission | undefined {
    const { epoch } = circuit;
    const admission = circuit.admit(at, rules);
    if (circuit.epoch !== epoch) tellTransition(site, circuit.name, circuit.stateAt(at), at);
    return admission;
  }

  // Refusals are told by functions of their own, so that the engine can inline what runs when nobody wants to hear.
  function tellRefused(tell: Audience, circuit: Circuit, at: number): void {
    const { name } = circuit;
    const state = circuit.stateAt(at);
    tell({ type: 'circuit_refused', method, circuit: name, state: state.kind, retryAfterMs: retryAfterMs(state, at) });
  }

  function tellFellBack(tell: Audience, circuit: Circuit, failure?: Failure): void {
    const reason = failure ? 'failure' : 'open';
    tell({ type: 'fallback_used', method, circuit: circuit.name, reason, ...(failure && factsOf(failure)) });
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

  function refuse(self: unknown, args: readonly unknown[], circuit: Circuit, at: number): Promise<unknown> {
    const refusals = refused.audience(at);
    if (refusals) tellRefused(refusals, circuit, at);
    if (fallback === undefined) return Promise.reject(circuit.refusalOf(at));
    const fallbacks = fellBack.audience(at);
    if (fallbacks) tellFellBack(fallbacks, circuit);
    return answer(fallback, self, args, circuit.refusal(now));
  }

  function answerFailure(call: Call, error: unknown, failure: Failure): Promise<unknown> {
    const fallbacks = fellBack.audience(clock.now());
    if (fallbacks) tellFellBack(fallbacks, call.admission.circuit as Circuit, failure);
    return answer(fallback, call.self, call.args, error);
  }

  function refusedOr(self: unknown, args: readonly unknown[], circuit: Circuit): Admission | Promise<unknown> {
    const at = nowWhileRefusing();
    return (circuit.isRefusing(at) ? undefined : admit(circuit, at)) ?? refuse(self, args, circuit, at);
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
      return failure ? answerFailure(call, error, failure) : Promise.reject(error);
    },
    stream: protectStream,
  };

  /** Decides the outcome when the stream ends: completed, failed, or left early by its consumer. */
  async function* protectStream(call: Call, next: NextStream): Stream {
    const { self, args } = call;
    const found = circuit instanceof Circuit ? circuit : circuit(self, args);
    const at = clock.now();
    const admission = found.admission ?? admit(found, at);
    if (!admission) {
      yield await refuse(self, args, found, at);
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
      yield await answerFailure(call, error, failure);
      return undefined;
    } finally {
      if (!ended) settle(admission, 'ignored');
    }
  }
}
