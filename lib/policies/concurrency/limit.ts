import { type Call, callFor } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import { type StreamEnd, watchEnd } from '../../call/open-stream.js';
import { Answer, type Next, type Policy, type Stream } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import { ConcurrencyLimitError } from '../../core/errors.js';
import type { ConcurrencyRefused } from '../../core/events.js';
import type { Bulkhead } from './bulkhead.js';
import type { ConcurrencyRules } from './rules.js';
import { turn } from './turn.js';

/** Timing a call costs more than all else here. */
const TIMED_ONE_IN = 8;

/** Runs so many calls at a time; a few more wait in line, and the surplus is rejected. */
export function limitConcurrency(site: Site, rules: ConcurrencyRules, bulkhead: Bulkhead): Policy {
  const { clock, method } = site;
  const { queue, maxQueueWaitMs } = rules;
  const isAdaptive = rules.limit === 'adaptive';
  const refused = site.channel('concurrency_refused');

  function refusal(reason: ConcurrencyRefused['reason']): ConcurrencyLimitError {
    const { limit } = bulkhead;
    const waited = reason === 'queue-wait' ? { waitMs: maxQueueWaitMs } : {};
    refused.audience(clock.now())?.({ type: 'concurrency_refused', method, limit, reason, ...waited });
    return new ConcurrencyLimitError(limit, waited);
  }

  /** Waits for a permit. @throws {ConcurrencyLimitError} or what the call stops with, without one */
  async function wait(call: Call): Promise<void> {
    if (call.stop.cause) throw call.stop.error;
    if (bulkhead.waiting >= queue) throw refusal('queue-full');
    const ended = await turn(bulkhead, maxQueueWaitMs, call);
    if (ended === 'late') throw refusal('queue-wait');
    const { cause } = call.stop;
    // In the moment between the permit and its use.
    if (cause && ended === 'permit') bulkhead.leave();
    if (cause) throw call.stop.error;
    // The circuit rejected calls in the meantime, and is closed again.
    if (ended !== 'permit') throw call.admission.circuit?.rejection(() => clock.now());
  }

  function leaveAfter(how: StreamEnd, error: unknown, call: Call): void {
    // What the caller ended himself says nothing of the upstream, whatever was thrown for it.
    if (isAdaptive && how === 'failed' && call.failureOf(error).transient) bulkhead.failed();
    bulkhead.leave();
  }

  /** A stream keeps the permit until it ends; how long it took until its first chunk is what counts. */
  function tail(rest: Stream, call: Call): Stream {
    return watchEnd(rest, { ended: (how, error) => leaveAfter(how, error, call) });
  }

  /** Runs a call that has its permit. */
  function run(call: Call, next: Next): Promise<unknown> {
    const { atWork } = bulkhead;
    const startedAt = clock.now();
    return next(call.self, call.args, call).then(
      (value) => {
        bulkhead.took(clock.now() - startedAt, atWork);
        const opening = openingOf(value, site);
        if (opening) opening.rest = tail(opening.rest, call);
        else bulkhead.leave();
        return value;
      },
      (error) => {
        leaveAfter('failed', error, call);
        throw error;
      },
    );
  }

  let untimed = 0;
  /** While less than half is used no call moves the limit, and a few of them keep what is known of latency fresh. */
  const isTimed = (): boolean => {
    if (!isAdaptive) return false;
    untimed = bulkhead.isHalfUsed ? TIMED_ONE_IN : untimed + 1;
    if (untimed < TIMED_ONE_IN) return false;
    untimed = 0;
    return true;
  };

  const leave = (value: unknown): unknown => {
    bulkhead.leave();
    return value;
  };

  bulkhead.resize(rules.limit);
  site.stats.bulkhead = () => ({
    limit: bulkhead.limit,
    running: bulkhead.atWork,
    queued: bulkhead.waiting,
    queueLimit: queue,
    abandoned: 0,
  });
  return {
    // A call that need not wait and is not timed takes no step of its own.
    enter: (self, args, admission, next, call) => {
      if (!bulkhead.enter()) {
        const waiting = callFor(site, self, args, admission, call);
        return new Answer(
          wait(waiting).then(() => run(waiting, next)),
          waiting,
        );
      }
      if (!isTimed()) return admission;
      const timed = callFor(site, self, args, admission, call);
      return new Answer(run(timed, next), timed);
    },
    succeed: () => leave,
    fail: (error, call) => {
      leaveAfter('failed', error, call);
      return undefined;
    },
    tail,
  };
}
