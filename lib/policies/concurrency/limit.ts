import { type Call, callFor, type Next, type NextStream, type Policy, type Stream } from '../../core/call.js';
import { ConcurrencyLimitError } from '../../core/errors.js';
import type { ConcurrencyRefused } from '../../core/events.js';
import { isConsumers, relay } from '../../core/relay.js';
import type { Site } from '../../core/site.js';
import { classify } from '../../failures/classify.js';
import type { Bulkhead } from './bulkhead.js';
import type { ConcurrencyRules } from './rules.js';
import { turn } from './turn.js';

/** Timing a call costs more than all else here. */
const TIMED_ONE_IN = 8;

/** Lets so many calls through at a time, a few more wait in line, and the surplus is refused. */
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

  /** @throws the caller's reason, that of the call's time limit or the circuit's refusal, when the call has no use for a permit */
  function heedInterruption({ args, limit, admission }: Call): void {
    site.signalOf(args)?.throwIfAborted();
    if (limit?.ended) throw limit.ended.reason;
    if (admission.isTurnedAway) throw admission.circuit?.refusalOf(() => clock.now());
  }

  /** Waits for a permit. @throws {ConcurrencyLimitError} or what interrupted it, without one */
  async function wait(call: Call): Promise<void> {
    heedInterruption(call);
    if (bulkhead.waiting >= queue) throw refusal('queue-full');
    const ended = await turn(bulkhead, clock, maxQueueWaitMs, site.signalOf(call.args), call);
    if (ended === 'late') throw refusal('queue-wait');
    try {
      heedInterruption(call);
    } catch (interruption) {
      // In the moment between the permit and its use.
      if (ended === 'permit') bulkhead.leave();
      throw interruption;
    }
    // The circuit has refused in the meantime, and is closed again.
    if (ended === 'left') throw call.admission.circuit?.refusalOf(() => clock.now());
  }

  /** What the caller ended himself says nothing of the upstream, whatever was thrown for it. */
  function tellFailure(error: unknown, args: readonly unknown[]): void {
    if (isAdaptive && !site.signalOf(args)?.aborted && classify(error, clock.now()).transient) bulkhead.failed();
  }

  /** Runs a call with its permit in hand. */
  function hold(call: Call, next: Next): Promise<unknown> {
    const { self, args } = call;
    const { atWork } = bulkhead;
    const startedAt = clock.now();
    return next(self, args, call).then(
      (value) => {
        bulkhead.took(clock.now() - startedAt, atWork);
        bulkhead.leave();
        return value;
      },
      (error) => {
        tellFailure(error, args);
        bulkhead.leave();
        throw error;
      },
    );
  }

  /** Of a stream, what is timed is its first chunk: the rest goes at the pace of whoever reads it. */
  async function* limitStream(call: Call, next: NextStream): Stream {
    if (!bulkhead.enter()) await wait(call);
    const { atWork } = bulkhead;
    const startedAt = clock.now();
    let begun = false;
    let left = false;
    const begin = (): void => {
      if (!begun) bulkhead.took(clock.now() - startedAt, atWork);
      begun = true;
    };
    try {
      const result = yield* relay(next(call), begin, () => {
        left = true;
      });
      begin();
      return result;
    } catch (error) {
      if (!isConsumers(left, call)) tellFailure(error, call.args);
      throw error;
    } finally {
      bulkhead.leave();
    }
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
  return {
    // A call that need not wait and is not timed takes no step of its own.
    enter: (self, args, admission, next, call) => {
      if (!bulkhead.enter()) {
        const waiting = callFor(self, args, admission, call);
        return wait(waiting).then(() => hold(waiting, next));
      }
      return isTimed() ? hold(callFor(self, args, admission, call), next) : admission;
    },
    succeed: () => leave,
    fail: (error, call) => {
      tellFailure(error, call.args);
      bulkhead.leave();
      return Promise.reject(error);
    },
    stream: limitStream,
  };
}
