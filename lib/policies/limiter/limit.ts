import { type Call, callFor } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import { watchEnd } from '../../call/open-stream.js';
import { Answer, type Next, type Policy, type Stream } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import { type WaitingLine, waitForTurn } from '../../call/wait-for-turn.js';
import { RateLimitedError } from '../../core/errors.js';
import type { LimiterRefused } from '../../core/events.js';
import { chargesOf, type PriceOptions, type Reported } from './charges.js';
import type { Limiter, PlaceInLine } from './limiter.js';

/** The options of one method for its limiter. */
export interface Limited extends PriceOptions {
  /** The name of the limiter, for errors. */
  readonly name: string;
  readonly limit: number;
  readonly maxWaitMs: number;
  /** Calls of one key that may wait at a time; Infinity if unbounded. */
  readonly queue: number;
  /** Returns the key of a call, or throws if it cannot; undefined if all calls share one key. */
  readonly keyOf: ((self: unknown, args: readonly unknown[]) => string) | undefined;
}

const ONE_FOR_ALL = '';

/** Limits the units per time. Calls over the limit wait in order; calls that would wait too long are rejected. */
export function limitRate(context: MethodContext, limited: Limited, limiter: Limiter, reported: Reported): Policy {
  const { clock, method } = context;
  const { name, limit, maxWaitMs, queue, keyOf, cost, actual } = limited;
  const charges = chargesOf(context, limit, limited, reported);
  const refused = context.channel('limiter_refused');

  function refusal(call: Call, reason: LimiterRefused['reason'], waitMs: number): RateLimitedError {
    limiter.rejected += 1;
    const circuit = call.admission.circuit?.name;
    const facts = { method, ...(circuit !== undefined && { circuit }) };
    refused.audience(clock.now())?.({ type: 'limiter_refused', ...facts, reason, retryAfterMs: waitMs });
    return new RateLimitedError(waitMs, { ...facts, limiter: name });
  }

  /** Waits until the call is admitted. @throws {RateLimitedError} if it is not, or the error that stopped the call */
  async function wait(call: Call, key: string, units: number, waitMs: number): Promise<void> {
    if (call.stop.cause) throw call.stop.error;
    // A wait until the deadline would leave no time for the call.
    if (waitMs > maxWaitMs || waitMs >= call.stop.leftMs) throw refusal(call, 'max-wait', waitMs);
    if (limiter.waitingFor(key) >= queue) throw refusal(call, 'queue-full', waitMs);
    const line: WaitingLine<PlaceInLine> = {
      join: (admit) => limiter.join(key, units, clock, admit),
      quit: (place) => limiter.quit(place),
      serve: () => limiter.serve(key),
    };
    const ended = await waitForTurn(line, maxWaitMs, call);
    const { cause } = call.stop;
    // Stopped between its admission and its start: nothing was sent, so it gets its units back.
    if (cause && ended === 'admitted') limiter.correct(key, units, 0, clock.now());
    if (cause) throw call.stop.error;
    if (ended === 'late') throw refusal(call, 'max-wait', Math.max(1, limiter.waitMs(key, units, clock.now())));
    // The circuit has opened and closed again meanwhile.
    if (ended !== 'admitted') throw call.admission.circuit?.rejection(() => clock.now(), method);
  }

  function correct(call: Call, key: string, units: number, result: unknown): void {
    const real = charges.after(call, result);
    if (real !== undefined) limiter.correct(key, units, real, clock.now());
  }

  /**
   * Corrects the charge of a stream by its return value, else by its last chunk. If it does not complete, the charge
   * stays.
   */
  function followed(rest: Stream, call: Call, key: string, units: number): Stream {
    let last: unknown;
    return watchEnd(rest, {
      chunk: (value) => {
        last = value;
      },
      ended: (how, _error, _chunks, returned) => {
        if (how === 'completed') correct(call, key, units, returned ?? last);
        last = undefined;
      },
    });
  }

  /** Runs a call after its units were taken. */
  function run(call: Call, next: Next, key: string, units: number): Promise<unknown> {
    const promise = next(call.self, call.args, call);
    if (!actual) return promise;
    return promise.then((value) => {
      const opening = openingOf(value, context);
      if (opening) opening.rest = followed(opening.rest, call, key, units);
      else correct(call, key, units, value);
      return value;
    });
  }

  return {
    enter: (self, args, admission, next, call) => {
      let key = ONE_FOR_ALL;
      try {
        if (keyOf) key = keyOf(self, args);
      } catch (keyError) {
        return Promise.reject(keyError);
      }
      const units = cost ? charges.before(self, args) : 1;
      const waitMs = limiter.take(key, units, clock.now());
      if (waitMs === 0 && !actual) return admission;
      const entered = callFor(context, self, args, admission, call);
      if (waitMs === 0) return new Answer(run(entered, next, key, units), entered);
      const waited = wait(entered, key, units, waitMs).then(() => run(entered, next, key, units));
      return new Answer(waited, entered);
    },
  };
}
