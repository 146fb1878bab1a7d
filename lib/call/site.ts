import type { Clock } from '../core/clock.js';
import type { Channel } from '../core/channel.js';
import type { EventType, FailureUnknown } from '../core/events.js';
import type { Failure } from '../core/failure.js';
import type { Random } from '../core/random.js';
import type { Call } from './call.js';
import type { CallObserver } from './observer.js';
import type { RetryBudget } from './retry-budget.js';
import type { CallStats } from './stats.js';

/** Called with each attempt of a retry that failed, but the last, and how many there may be: before it is repeated. */
export type OnAttemptFailed = (call: Call, error: unknown, maxAttempts: number) => void;

/** What a policy knows of the decorated method and of the process. */
export interface Site {
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  /** True for an `async *` method. */
  readonly isStream: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** The channel of one type of event of the method, and of a circuit if the event is about one. */
  readonly channel: (type: EventType, circuit?: string) => Channel;
  /** The budget of the method's retries if no circuit has one to share. */
  readonly budget: RetryBudget;
  /** The counters of the method. */
  readonly stats: CallStats;
  /** True if an exporter asks for durations. */
  readonly isTimed: boolean;
  /** The exporters that watch every call. */
  readonly observers: readonly CallObserver[];
  /** The caller's signal among the arguments of a call. Throws what a `signal` option of the user's throws. */
  readonly signalOf: (args: readonly unknown[]) => AbortSignal | undefined;
  /**
   * What kind of failure a thrown value is: an abort is `cancelled` if the attempt was ended from outside the method, else
   * `timeout`. Never throws.
   */
  readonly classify: (error: unknown, now: number, isEnded: boolean) => Failure;
  /** The event of an error whose kind is `unknown`. */
  readonly unknownFailure: (circuit: string | undefined, error: unknown, failure: Failure) => FailureUnknown;
  /** True if retries do not wait, as tests want it. */
  readonly instantRetries: boolean;
  /** Policies add themselves when they are made. */
  readonly onAttemptFailed: OnAttemptFailed[];
}
