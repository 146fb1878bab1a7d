import { RetryBudget } from '#lib/call/retry-budget.js';
import { CallStats } from '#lib/call/stats.js';
import type { Clock } from '#lib/core/clock.js';
import type { EventType, ResilienceEvent } from '#lib/core/events.js';
import type { MethodContext } from '#lib/call/method-context.js';
import { classifierOf } from '#lib/runtime/hook.js';
import { discard } from '#lib/failures/discard.js';
import { failureUnknown } from '#lib/failures/unknown.js';
import { findSignal } from '#lib/call/signals.js';

/** Where a policy stands that a spec looks at by itself, and what it tells of there. */
export interface TestContext extends MethodContext {
  /** Every event, with the channel that it was told on. */
  readonly told: (ResilienceEvent & { readonly channel: EventType })[];
}

/** @param isHeard whether anybody wants to hear the events */
export function contextOf(clock: Clock, isHeard = true): TestContext {
  const told: (ResilienceEvent & { readonly channel: EventType })[] = [];
  return {
    told,
    method: 'Service.ask',
    clock,
    random: () => 0,
    budget: new RetryBudget(),
    stats: new CallStats(),
    isTimed: false,
    watching: undefined,
    discard,
    unknownFailure: (_circuit, error, failure) => failureUnknown({ method: 'Service.ask' }, error, failure),
    signalOf: findSignal,
    isStream: false,
    onAttemptFailed: [],
    classify: classifierOf([]),
    instantRetries: false,
    channel: (channel) => ({
      audience: () => (isHeard ? (event) => void told.push({ ...event, channel } as (typeof told)[number]) : undefined),
    }),
  };
}

/** A clock that is only asked to forget timers that it has set. */
export function strict(clock: Clock): Clock {
  const set = new Set<unknown>();
  return {
    now: () => clock.now(),
    setTimer(callback, ms) {
      const timer = clock.setTimer(callback, ms);
      set.add(timer);
      return timer;
    },
    clearTimer(timer) {
      if (!set.has(timer)) throw new Error('asked to forget a timer that it has not set');
      clock.clearTimer(timer);
    },
  };
}
