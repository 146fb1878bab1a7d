import { type Admission, type Call, type CircuitPort, callFor } from '../../call/call.js';
import { Answer, type Next, type Policy } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import type { Failure } from '../../core/failure.js';
import type { Gate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import { isOwnLimit } from './own-limit.js';
import { Visit } from './visit.js';

/** The gate of the calls that come through a circuit, or through none. */
export type GateOf = (circuit: CircuitPort | undefined) => Gate;

/** Waits for as long as the upstream asked, all callers together. */
export function rateLimit(site: Site, rules: RateLimitRules, gateOf: GateOf): Policy {
  // Most of the time calls come through one and the same circuit, and a look-up for each would be dear.
  let circuit: CircuitPort | undefined;
  let gate: Gate | undefined;

  const gateFor = (admission: Admission): Gate => {
    if (gate && admission.circuit === circuit) return gate;
    circuit = admission.circuit;
    return (gate = gateOf(circuit));
  };

  const visit = (call: Call): Visit => new Visit(site, rules, gateFor(call.admission), call);

  /** The failure, if waiting may mend it. */
  const limitIn = (error: unknown, call: Call): Failure | undefined => {
    const failure = call.classified(error);
    if (failure.kind !== 'rate-limited' || failure.final) return undefined;
    // A limiter of our own rejected the call: the upstream did not ask for anything.
    return isOwnLimit(error) ? undefined : failure;
  };

  /** Repeats a call for as long as it may wait. */
  const repeat = async (visit: Visit, call: Call, next: Next): Promise<unknown> => {
    for (;;) {
      try {
        call.beginAttempt();
        const value = await next(call.self, call.args, call);
        visit.answered(true);
        if (visit.hasRepeated) call.noteRecovery();
        return value;
      } catch (error) {
        const limit = limitIn(error, call);
        if (!limit) {
          visit.answered(false);
          throw error;
        }
        await visit.recover(error, limit);
      }
    }
  };

  const wait = async (call: Call, next: Next): Promise<unknown> => {
    const waiting = visit(call);
    await waiting.pass();
    return repeat(waiting, call, next);
  };

  const recover = async (error: unknown, limit: Failure, call: Call, next: Next): Promise<unknown> => {
    const waiting = visit(call);
    await waiting.recover(error, limit);
    return repeat(waiting, call, next);
  };

  /** True if calls need a turn: while it is closed, and while it is paced. */
  const isLimited = (gate: Gate): boolean => !site.instantRetries && gate.stateAt(site.clock.now()).kind === 'limited';

  return {
    enter: (self, args, admission, next, call) => {
      const gate = gateFor(admission);
      if (gate.isOpen || !isLimited(gate)) return admission;
      const waiting = callFor(site, self, args, admission, call);
      return new Answer(wait(waiting, next), waiting);
    },
    succeed: (admission) => {
      const gate = gateFor(admission);
      return (value) => {
        if (gate.succeeded()) gate.note(site.clock.now());
        return value;
      };
    },
    fail: (error, call, next) => {
      const limit = limitIn(error, call);
      return limit && recover(error, limit, call, next);
    },
  };
}
