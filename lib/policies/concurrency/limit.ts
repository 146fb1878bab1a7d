import { type Call, callFor } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import { type StreamEnd, watchEnd } from '../../call/open-stream.js';
import { Answer, type Next, type Policy, type Stream } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import { Rejection } from '../../call/rejection.js';
import { type WaitingLine, waitForTurn } from '../../call/wait-for-turn.js';
import { ConcurrencyLimitError } from '../../core/errors.js';
import type { ConcurrencyRefused } from '../../core/events.js';
import type { Bulkhead, PlaceInLine } from './bulkhead.js';
import type { ConcurrencyRules } from './rules.js';
import { Work } from './work.js';

/**
 * While less than half of the limit is used, one call in so many is timed, because timing is the most expensive step.
 */
const TIMED_ONE_IN = 8;

/** The bulkhead of one method and its rules. */
export interface Bounded {
  readonly rules: ConcurrencyRules;
  /** The name of the bulkhead, for errors, if it has one. */
  readonly name?: string | undefined;
  /**
   * The bulkhead, or a function that returns the bulkhead of a call. It throws if `key` throws or returns no string.
   */
  readonly bulkhead: Bulkhead | ((self: unknown, args: readonly unknown[]) => Bulkhead);
}

/** The concurrency policy: runs at most `limit` calls at a time; up to `queue` more wait, and the rest are rejected. */
export function limitConcurrency(context: MethodContext, { rules, name, bulkhead: bulkheadOrLookup }: Bounded): Policy {
  const { clock, method } = context;
  const { queue, maxQueueWaitMs, isKept } = rules;
  const isAdaptive = rules.limit === 'adaptive';
  const refused = context.channel('concurrency_refused');

  function refusal(bulkhead: Bulkhead, call: Call, reason: ConcurrencyRefused['reason']): ConcurrencyLimitError {
    const { limit } = bulkhead;
    const waited = reason === 'queue-wait' ? { waitMs: maxQueueWaitMs } : {};
    refused.audience(clock.now())?.({ type: 'concurrency_refused', method, limit, reason, ...waited });
    const circuit = call.admission.circuit?.name;
    return new ConcurrencyLimitError(limit, { ...waited, method, circuit, bulkhead: name });
  }

  /** Waits for a permit. @throws {ConcurrencyLimitError} if it gets none, or the error that stops the call */
  async function wait(bulkhead: Bulkhead, call: Call): Promise<void> {
    if (call.stop.cause) throw call.stop.error;
    if (bulkhead.waiting >= queue) throw refusal(bulkhead, call, 'queue-full');
    const line: WaitingLine<PlaceInLine> = {
      join: (admit) => bulkhead.waitInLine(admit),
      quit: (place) => bulkhead.quit(place),
    };
    const ended = await waitForTurn(line, maxQueueWaitMs, call);
    if (ended === 'late') throw refusal(bulkhead, call, 'queue-wait');
    const { cause } = call.stop;
    // The call was stopped after it got the permit and before it used it.
    if (cause && ended === 'admitted') bulkhead.leave();
    if (cause) throw call.stop.error;
    // The circuit opened during the wait and is closed again.
    if (ended !== 'admitted') throw call.admission.circuit?.rejection(() => clock.now(), method);
  }

  function learn(bulkhead: Bulkhead, how: StreamEnd, error: unknown, call: Call): void {
    // A call that its caller ended tells nothing about the upstream.
    if (isAdaptive && how === 'failed' && call.failureOf(error).transient) bulkhead.failed();
  }

  /** A stream keeps the permit until it ends. The time until its first chunk is the latency. */
  function keepPermitForStream(bulkhead: Bulkhead, rest: Stream, call: Call): Stream {
    if (!isKept)
      return watchEnd(rest, {
        ended: (how, error) => {
          learn(bulkhead, how, error, call);
          bulkhead.leave();
        },
      });
    return watchEnd(rest, {
      ended: (how, error) => {
        learn(bulkhead, how, error, call);
        bulkhead.abandon();
      },
      closed: () => bulkhead.leaveAbandoned(),
    });
  }

  /** Runs a call that has a permit. */
  function run(bulkhead: Bulkhead, call: Call, next: Next): Promise<unknown> {
    const { atWork } = bulkhead;
    const startedAt = clock.now();
    const work = isKept ? new Work(call) : undefined;
    return next(call.self, call.args, call).then(
      (value) => {
        bulkhead.took(clock.now() - startedAt, atWork);
        const opening = openingOf(value, context);
        if (opening) opening.rest = keepPermitForStream(bulkhead, opening.rest, call);
        else bulkhead.leave();
        return value;
      },
      (error) => {
        learn(bulkhead, 'failed', error, call);
        if (work) work.leave(bulkhead);
        else bulkhead.leave();
        return new Rejection(error);
      },
    );
  }

  let untimed = 0;
  /**
   * While less than half of the limit is used, no call moves it; timing a few calls is enough to keep the latency up to
   * date.
   */
  const isTimed = (bulkhead: Bulkhead): boolean => {
    if (!isAdaptive) return false;
    untimed = bulkhead.isHalfUsed ? TIMED_ONE_IN : untimed + 1;
    if (untimed < TIMED_ONE_IN) return false;
    untimed = 0;
    return true;
  };

  /** Runs the call with a permit, or after waiting for one. */
  const enter = (bulkhead: Bulkhead, call: Call, next: Next): Answer => {
    if (bulkhead.enter()) return new Answer(run(bulkhead, call, next), call);
    const waited = wait(bulkhead, call).then(() => run(bulkhead, call, next));
    return new Answer(waited, call);
  };

  if (typeof bulkheadOrLookup === 'function')
    return {
      enter: (self, args, admission, next, call) => {
        try {
          return enter(bulkheadOrLookup(self, args), callFor(context, self, args, admission, call), next);
        } catch (keyError) {
          return Promise.reject(keyError);
        }
      },
    };

  const ownBulkhead = bulkheadOrLookup;
  context.stats.bulkhead = () => ({
    limit: ownBulkhead.limit,
    running: ownBulkhead.atWork,
    queued: ownBulkhead.waiting,
    queueLimit: queue,
    abandoned: ownBulkhead.abandoned,
  });

  if (isKept)
    return {
      enter: (self, args, admission, next, call) =>
        enter(ownBulkhead, callFor(context, self, args, admission, call), next),
    };

  const leave = (value: unknown): unknown => {
    ownBulkhead.leave();
    return value;
  };
  return {
    // A call that does not wait and is not timed needs no promise of its own.
    enter: (self, args, admission, next, call) => {
      if (!ownBulkhead.enter()) {
        const waiting = callFor(context, self, args, admission, call);
        return new Answer(
          wait(ownBulkhead, waiting).then(() => run(ownBulkhead, waiting, next)),
          waiting,
        );
      }
      if (!isTimed(ownBulkhead)) return admission;
      const timed = callFor(context, self, args, admission, call);
      return new Answer(run(ownBulkhead, timed, next), timed);
    },
    succeed: () => leave,
    fail: (error, call) => {
      learn(ownBulkhead, 'failed', error, call);
      ownBulkhead.leave();
      return undefined;
    },
    tail: (rest, call) => keepPermitForStream(ownBulkhead, rest, call),
  };
}
