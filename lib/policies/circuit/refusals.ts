import type { Site } from '../../call/site.js';
import type { Audience } from '../../core/channel.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import type { Circuit } from './circuit.js';
import { type Answer, answerBy } from './fallback.js';
import type { CircuitOptions } from './options.js';
import { retryAfterMs } from './state.js';

/** What a caller gets instead of the upstream's answer, and the events of it. */
export interface Refusals {
  /** True if the fallback has an answer for the call. */
  canAnswer(self: unknown, args: readonly unknown[]): boolean;
  /** Answers a call that is not made. */
  refuse(self: unknown, args: readonly unknown[], circuit: Circuit, at: number): Promise<unknown>;
  /** Emits that a call would have been rejected, if the circuit did not only watch. */
  noteShadow(circuit: Circuit, at: number): void;
  /** Answers a call that has failed in the end; without a failure it was rejected while it was on its way. */
  answerInstead(
    self: unknown,
    args: readonly unknown[],
    circuit: Circuit,
    error: unknown,
    failure?: Failure,
  ): Promise<unknown>;
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
      const hearers = refused.audience(at);
      if (hearers) tellRefused(hearers, circuit, at);
      if (!answer?.isReady(self, args)) return Promise.reject(circuit.rejection(now, method));
      const fallbacks = fellBack.audience(at);
      if (fallbacks) tellFellBack(fallbacks, circuit);
      return answer.isConstant
        ? answer.with(self, args, undefined)
        : answer.with(self, args, circuit.rejectionForFallback(now, method));
    },
    noteShadow: (circuit, at) => {
      const hearers = refused.audience(at);
      if (hearers) tellRefused(hearers, circuit, at, 'shadow');
    },
    answerInstead: (self, args, circuit, error, failure) => {
      const fallbacks = fellBack.audience(clock.now());
      if (fallbacks) tellFellBack(fallbacks, circuit, failure);
      // Nobody sees the error, and a response in it would keep its socket.
      if (answer?.isConstant) discard(error);
      return (answer as Answer).with(self, args, error);
    },
  };
}
