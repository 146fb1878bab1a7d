import {
  type Admission,
  type Call,
  type CircuitGate,
  callFor,
  type Next,
  type NextStream,
  type Policy,
  type Stream,
} from '../../core/call.js';
import type { Failure } from '../../core/failure.js';
import { relay } from '../../core/relay.js';
import type { Site } from '../../core/site.js';
import { classify } from '../../failures/classify.js';
import type { Gate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import { Visit } from './visit.js';

/** The gate of the calls that come through a circuit, or through none. */
export type GateOf = (circuit: CircuitGate | undefined) => Gate;

/** Waits for as long as the upstream asked, all callers together. */
export function rateLimit(site: Site, rules: RateLimitRules, gateOf: GateOf): Policy {
  // Calls come through one and the same circuit most of the time, and a look-up for each would be dear.
  let circuit: CircuitGate | undefined;
  let gate = gateOf(undefined);

  const gateFor = (admission: Admission): Gate => {
    if (admission.circuit !== circuit) {
      gate = gateOf(admission.circuit);
      circuit = admission.circuit;
    }
    return gate;
  };

  const visit = (call: Call): Visit => new Visit(site, rules, gateFor(call.admission), call);

  /** The failure, where waiting may mend it. */
  const limitIn = (error: unknown): Failure | undefined => {
    const failure = classify(error, site.clock.now());
    return failure.kind === 'rate-limited' ? failure : undefined;
  };

  const repeat = async (visit: Visit, call: Call, next: Next): Promise<unknown> => {
    for (;;) {
      try {
        const value = await next(call.self, call.args, call);
        visit.answered(true);
        return value;
      } catch (error) {
        const limit = limitIn(error);
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

  /** Whether calls need a turn: while it is closed, and while it is paced. */
  const isLimited = (gate: Gate): boolean => !site.instantRetries && gate.stateAt(site.clock.now()).kind === 'limited';

  return {
    hold: (next) => (self, args, admission, call) => {
      const gate = gateFor(admission);
      return gate.isOpen || !isLimited(gate) ? admission : wait(callFor(self, args, admission, call), next);
    },
    succeed: (admission) => {
      const gate = gateFor(admission);
      return (value) => {
        if (gate.succeeded()) gate.note(site.clock.now());
        return value;
      };
    },
    fail: (error, call, next) => {
      const limit = limitIn(error);
      return limit ? recover(error, limit, call, next) : Promise.reject(error);
    },
    stream: waitStream,
  };

  /** Until the first chunk is handed over, a stream waits like any other call; after it there is no way back. */
  async function* waitStream(call: Call, next: NextStream): Stream {
    let waiting: Visit | undefined;
    const gate = gateFor(call.admission);
    if (isLimited(gate)) await (waiting = visit(call)).pass();
    for (;;) {
      let begun = false;
      try {
        return yield* relay(next(call), () => {
          if (begun) return;
          begun = true;
          if (waiting) waiting.answered(true);
          else if (gate.succeeded()) gate.note(site.clock.now());
        });
      } catch (error) {
        const limit = begun ? undefined : limitIn(error);
        if (!limit) {
          waiting?.answered(false);
          throw error;
        }
        await (waiting ??= visit(call)).recover(error, limit);
      }
    }
  }
}
