import { type Call, callFor } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import { type StreamEnd, watchEnd } from '../../call/open-stream.js';
import { Answer, type Next, type Policy, type Stream } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import { type WaitingLine, waitForTurn } from '../../call/wait-for-turn.js';
import { ConcurrencyLimitError } from '../../core/errors.js';
import type { ConcurrencyRefused } from '../../core/events.js';
import type { Bulkhead, PlaceInLine } from './bulkhead.js';
import type { ConcurrencyRules } from './rules.js';
import { Work } from './work.js';

/** Timing a call costs more than all else here. */
const TIMED_ONE_IN = 8;

/** What one method says of its bulkhead. */
export interface Bounded {
  readonly rules: ConcurrencyRules;
  /** The name of the bulkhead, for errors, if it has one. */
  readonly name?: string | undefined;
  /** The bulkhead, or how to find that of a call, which throws if its key cannot be told. */
  readonly bulkhead: Bulkhead | ((self: unknown, args: readonly unknown[]) => Bulkhead);
}

/** Runs so many calls at a time; a few more wait in line, and the surplus is rejected. */
export function limitConcurrency(site: Site, { rules, name, bulkhead: found }: Bounded): Policy {
  const { clock, method } = site;
  const { queue, maxQueueWaitMs, isKept } = rules;
  const isAdaptive = rules.limit === 'adaptive';
  const refused = site.channel('concurrency_refused');

  function refusal(bulkhead: Bulkhead, call: Call, reason: ConcurrencyRefused['reason']): ConcurrencyLimitError {
    const { limit } = bulkhead;
    const waited = reason === 'queue-wait' ? { waitMs: maxQueueWaitMs } : {};
    refused.audience(clock.now())?.({ type: 'concurrency_refused', method, limit, reason, ...waited });
    const circuit = call.admission.circuit?.name;
    return new ConcurrencyLimitError(limit, { ...waited, method, circuit, bulkhead: name });
  }

  /** Waits for a permit. @throws {ConcurrencyLimitError} or what the call stops with, without one */
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
    // In the moment between the permit and its use.
    if (cause && ended === 'admitted') bulkhead.leave();
    if (cause) throw call.stop.error;
    // The circuit rejected calls in the meantime, and is closed again.
    if (ended !== 'admitted') throw call.admission.circuit?.rejection(() => clock.now(), method);
  }

  function learn(bulkhead: Bulkhead, how: StreamEnd, error: unknown, call: Call): void {
    // What the caller ended himself says nothing of the upstream, whatever was thrown for it.
    if (isAdaptive && how === 'failed' && call.failureOf(error).transient) bulkhead.failed();
  }

  /** A stream keeps the permit until it ends; how long it took until its first chunk is what counts. */
  function follow(bulkhead: Bulkhead, rest: Stream, call: Call): Stream {
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

  /** Runs a call that has its permit. */
  function run(bulkhead: Bulkhead, call: Call, next: Next): Promise<unknown> {
    const { atWork } = bulkhead;
    const startedAt = clock.now();
    const work = isKept ? new Work(call) : undefined;
    return next(call.self, call.args, call).then(
      (value) => {
        bulkhead.took(clock.now() - startedAt, atWork);
        const opening = openingOf(value, site);
        if (opening) opening.rest = follow(bulkhead, opening.rest, call);
        else bulkhead.leave();
        return value;
      },
      (error) => {
        learn(bulkhead, 'failed', error, call);
        if (work) work.leave(bulkhead);
        else bulkhead.leave();
        throw error;
      },
    );
  }

  let untimed = 0;
  /** While less than half is used no call moves the limit, and a few of them keep what is known of latency fresh. */
  const isTimed = (bulkhead: Bulkhead): boolean => {
    if (!isAdaptive) return false;
    untimed = bulkhead.isHalfUsed ? TIMED_ONE_IN : untimed + 1;
    if (untimed < TIMED_ONE_IN) return false;
    untimed = 0;
    return true;
  };

  /** A call with a permit, or in line for one. */
  const enter = (bulkhead: Bulkhead, call: Call, next: Next): Answer => {
    if (bulkhead.enter()) return new Answer(run(bulkhead, call, next), call);
    const waited = wait(bulkhead, call).then(() => run(bulkhead, call, next));
    return new Answer(waited, call);
  };

  if (typeof found === 'function')
    return {
      enter: (self, args, admission, next, call) => {
        try {
          return enter(found(self, args), callFor(site, self, args, admission, call), next);
        } catch (keyError) {
          return Promise.reject(keyError);
        }
      },
    };

  site.stats.bulkhead = () => ({
    limit: found.limit,
    running: found.atWork,
    queued: found.waiting,
    queueLimit: queue,
    abandoned: found.abandoned,
  });

  if (isKept)
    return {
      enter: (self, args, admission, next, call) => enter(found, callFor(site, self, args, admission, call), next),
    };

  const leave = (value: unknown): unknown => {
    found.leave();
    return value;
  };
  return {
    // A call that need not wait and is not timed takes no step of its own.
    enter: (self, args, admission, next, call) => {
      if (!found.enter()) {
        const waiting = callFor(site, self, args, admission, call);
        return new Answer(
          wait(found, waiting).then(() => run(found, waiting, next)),
          waiting,
        );
      }
      if (!isTimed(found)) return admission;
      const timed = callFor(site, self, args, admission, call);
      return new Answer(run(found, timed, next), timed);
    },
    succeed: () => leave,
    fail: (error, call) => {
      learn(found, 'failed', error, call);
      found.leave();
      return undefined;
    },
    tail: (rest, call) => follow(found, rest, call),
  };
}
