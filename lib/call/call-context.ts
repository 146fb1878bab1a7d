import type { Clock } from '../core/clock.js';
import type { Channel } from '../core/channel.js';
import type { EventType, FailureUnknown } from '../core/events.js';
import type { Failure } from '../core/failure.js';
import type { Random } from '../core/random.js';
import type { RetryBudget } from './retry-budget.js';
import type { CallStats } from './stats.js';

/** What a call knows about its method and the process. */
export interface CallContext {
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  /** True for an `async *` method. */
  readonly isStream: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** The channel of one event type of the method, and of a circuit if the event is about one. */
  readonly channel: (type: EventType, circuit?: string) => Channel;
  /** The budget of the method's retries, used if there is no circuit around it. */
  readonly budget: RetryBudget;
  /** The counters of the method. */
  readonly stats: CallStats;
  /** True if an exporter needs durations. */
  readonly isTimed: boolean;
  /** The caller's signal among the arguments of a call. Throws what the user's `signal` option throws. */
  readonly signalOf: (args: readonly unknown[]) => AbortSignal | undefined;
  /**
   * Classifies a thrown value. An abort is `cancelled` if the attempt was ended from outside the method, else
   * `timeout`. Never throws.
   */
  readonly classify: (error: unknown, now: number, isEnded: boolean) => Failure;
  /** Cancels the body of a `Response` that is this result, or that this error holds. Never throws. */
  readonly discard: (outcome: unknown) => void;
  /** The event of an error whose kind is `unknown`. */
  readonly unknownFailure: (circuit: string | undefined, error: unknown, failure: Failure) => FailureUnknown;
  /** True if retries do not wait; for tests. */
  readonly instantRetries: boolean;
}
