import type { Call } from '../../call/call.js';
import { Answer } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import type { Audience } from '../../core/channel.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import type { Circuit } from './circuit.js';
import { answerBy, type Substitute } from './fallback.js';
import type { CircuitOptions } from './options.js';
import { retryAfterMs } from './state.js';

/** Answers calls instead of the upstream, and emits the events for it. */
export interface Refusals {
  /** True if the fallback has an answer for the call. */
  canAnswer(self: unknown, args: readonly unknown[]): boolean;
  /** Rejects a call, or lets the fallback answer it. */
  refuse(self: unknown, args: readonly unknown[], circuit: Circuit, at: number): Answer;
  /** Emits that a shadow circuit would have rejected a call. */
  noteShadow(circuit: Circuit, at: number): void;
  /**
   * Lets the fallback answer a call that finally failed. Without `failure`, the circuit rejected it while it was
   * waiting.
   */
  answerInstead(call: Call, circuit: Circuit, error: unknown, failure?: Failure): Promise<unknown>;
}

export function refusals(
  { clock, method, channel }: MethodContext,
  fallback: CircuitOptions<unknown>['fallback'],
): Refusals {
  const now = (): number => clock.now();
  const refused = channel('circuit_refused');
  const fellBack = channel('fallback_used');
  const answer = fallback === undefined ? undefined : answerBy(fallback);

  // Separate functions emit the events, so that the engine can inline the code that runs without an audience.
  function emitRejected(tell: Audience, circuit: Circuit, at: number, reason?: 'shadow'): void {
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

  function emitFallbackUsed(tell: Audience, circuit: Circuit, failure?: Failure): void {
    const reason = failure ? 'failure' : 'open';
    tell({ type: 'fallback_used', method, circuit: circuit.name, reason, ...(failure && factsOf(failure)) });
  }

  return {
    canAnswer: (self, args) => answer !== undefined && answer.isReady?.(self, args) !== false,
    refuse: (self, args, circuit, at) => {
      circuit.counts.refuse();
      const audience = refused.audience(at);
      if (audience) emitRejected(audience, circuit, at);
      if (!answer || answer.isReady?.(self, args) === false) {
        const rejection = circuit.rejection(now, method);
        return new Answer(Promise.reject(rejection), undefined, 'refusal', rejection);
      }
      const fallbackAudience = fellBack.audience(at);
      if (fallbackAudience) emitFallbackUsed(fallbackAudience, circuit);
      const error = answer.isConstant ? undefined : circuit.rejectionsBy(now).given(method);
      return answer.with(self, args, error);
    },
    noteShadow: (circuit, at) => {
      circuit.counts.refuseInShadow();
      const audience = refused.audience(at);
      if (audience) emitRejected(audience, circuit, at, 'shadow');
    },
    answerInstead: (call, circuit, error, failure) => {
      call.hasFallenBack = true;
      const fallbackAudience = fellBack.audience(clock.now());
      if (fallbackAudience) emitFallbackUsed(fallbackAudience, circuit, failure);
      // Nobody gets the error, and a response in it would keep its socket open.
      if (answer?.isConstant) discard(error);
      return (answer as Substitute).with(call.self, call.args, error).promise;
    },
  };
}
