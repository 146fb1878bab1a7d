import type { Admission, CircuitPort } from '../../call/admission.js';
import { type Call, callFor } from '../../call/call.js';
import { Answer, type Next, type Policy } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import type { Failure } from '../../core/failure.js';
import type { Gate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import { isOwnLimit } from './own-limit.js';
import { GatedCall } from './gated-call.js';

/** Returns the gate of the calls that pass this circuit, or no circuit. */
export type GateOf = (circuit: CircuitPort | undefined) => Gate;

/** The rate-limit policy: all callers wait together for as long as the upstream asked. */
export function rateLimit(context: MethodContext, rules: RateLimitRules, gateOf: GateOf): Policy {
  // Cached, because most calls pass the same circuit and a look-up for each call would be expensive.
  let circuit: CircuitPort | undefined;
  let gate: Gate | undefined;

  const gateFor = (admission: Admission): Gate => {
    if (gate && admission.circuit === circuit) return gate;
    circuit = admission.circuit;
    return (gate = gateOf(circuit));
  };

  const gatedCallFor = (call: Call): GatedCall => new GatedCall(context, rules, gateFor(call.admission), call);

  /** The failure, if waiting may help; else undefined. */
  const limitIn = (error: unknown, call: Call): Failure | undefined => {
    const failure = call.classified(error);
    if (failure.kind !== 'rate-limited' || failure.final) return undefined;
    // If a limiter (`@RateLimited()`) rejected the call, the upstream did not ask for a wait.
    return isOwnLimit(error) ? undefined : failure;
  };

  /** Runs the call, and repeats it after each 429 for as long as it may wait. */
  const repeat = async (gatedCall: GatedCall, call: Call, next: Next): Promise<unknown> => {
    for (;;) {
      try {
        call.beginAttempt();
        const value = await next(call.self, call.args, call);
        gatedCall.answered(true);
        if (gatedCall.hasRepeated) call.noteRecovery();
        return value;
      } catch (error) {
        const limit = limitIn(error, call);
        if (!limit) {
          gatedCall.answered(false);
          throw error;
        }
        await gatedCall.recover(error, limit);
      }
    }
  };

  const wait = async (call: Call, next: Next): Promise<unknown> => {
    const gatedCall = gatedCallFor(call);
    await gatedCall.pass();
    return repeat(gatedCall, call, next);
  };

  const recover = async (error: unknown, limit: Failure, call: Call, next: Next): Promise<unknown> => {
    const gatedCall = gatedCallFor(call);
    await gatedCall.recover(error, limit);
    return repeat(gatedCall, call, next);
  };

  /** True if calls must wait for their turn: while the gate is closed or paced. */
  const isLimited = (gate: Gate): boolean =>
    !context.instantRetries && gate.stateAt(context.clock.now()).kind === 'limited';

  return {
    enter: (self, args, admission, next, call) => {
      const gate = gateFor(admission);
      if (gate.isOpen || !isLimited(gate)) return admission;
      const waitingCall = callFor(context, self, args, admission, call);
      return new Answer(wait(waitingCall, next), waitingCall);
    },
    succeed: (admission) => {
      const gate = gateFor(admission);
      return (value) => {
        if (gate.succeeded()) gate.note(context.clock.now());
        return value;
      };
    },
    fail: (error, call, next) => {
      const limit = limitIn(error, call);
      return limit && recover(error, limit, call, next);
    },
  };
}
