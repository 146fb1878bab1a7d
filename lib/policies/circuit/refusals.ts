import type { Call } from '../../call/call.js';
import { Answer } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import type { Audience } from '../../core/channel.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import type { Circuit } from './circuit.js';
import { answerBy, type Substitute } from './fallback.js';
import type { CircuitOptions } from './options.js';
import { retryAfterMs } from './state.js';

/** What a caller gets instead of the upstream's answer, and the events of it. */
export interface Refusals {
  /** True if the fallback has an answer for the call. */
  canAnswer(self: unknown, args: readonly unknown[]): boolean;
  /** Answers a call that is not made. */
  refuse(self: unknown, args: readonly unknown[], circuit: Circuit, at: number): Answer;
  /** Emits that a call would have been rejected, if the circuit did not only watch. */
  noteShadow(circuit: Circuit, at: number): void;
  /** Answers a call that has failed in the end; without a failure it was rejected while it was on its way. */
  answerInstead(call: Call, circuit: Circuit, error: unknown, failure?: Failure): Promise<unknown>;
}

export function refusals({ clock, method, channel }: Site, fallback: CircuitOptions<unknown>['fallback']): Refusals {
  const now = (): number => clock.now();
  const refused = channel('circuit_refused');
  const fellBack = channel('fallback_used');
  const answer = fallback === undefined ? undefined : answerBy(fallback);

  // Events are emitted by functions of their own, so that the engine can inline what runs when nobody listens.
  function tellRefused(tell: Audience, circuit: Circuit, at: number, reason?: 'shadow'): void {
    const { name } = circuit;
    const state = circuit.stateAt(at);
    tell({
      type: 'circuit_refused',
      method,
      circuit: name,
      state: state.kind,
      retryAfterMs: retryAfterMs(state, at),
      ...(reason && { reason }),
    });
  }

  function tellFellBack(tell: Audience, circuit: Circuit, failure?: Failure): void {
    const reason = failure ? 'failure' : 'open';
    tell({ type: 'fallback_used', method, circuit: circuit.name, reason, ...(failure && factsOf(failure)) });
  }

  return {
    canAnswer: (self, args) => answer?.isReady(self, args) === true,
    refuse: (self, args, circuit, at) => {
      circuit.counts.refuse(false);
      const hearers = refused.audience(at);
      if (hearers) tellRefused(hearers, circuit, at);
      if (!answer?.isReady(self, args)) {
        const rejection = circuit.rejection(now, method);
        return new Answer(Promise.reject(rejection), undefined, 'refusal', rejection);
      }
      const fallbacks = fellBack.audience(at);
      if (fallbacks) tellFellBack(fallbacks, circuit);
      const error = answer.isConstant ? undefined : circuit.rejectionForFallback(now, method);
      return answer.with(self, args, error);
    },
    noteShadow: (circuit, at) => {
      circuit.counts.refuse(true);
      const hearers = refused.audience(at);
      if (hearers) tellRefused(hearers, circuit, at, 'shadow');
    },
    answerInstead: (call, circuit, error, failure) => {
      call.hasFallenBack = true;
      const fallbacks = fellBack.audience(clock.now());
      if (fallbacks) tellFellBack(fallbacks, circuit, failure);
      // Nobody sees the error, and a response in it would keep its socket.
      if (answer?.isConstant) discard(error);
      return (answer as Substitute).with(call.self, call.args, error).promise;
    },
  };
}
