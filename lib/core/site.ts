import type { RetryBudget } from './budget.js';
import type { Clock } from './clock.js';
import type { Channel } from './channel.js';
import type { EventType } from './events.js';
import type { Random } from './random.js';

/** Where a policy stands: the decorated method, and what is current for it. */
export interface Site {
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Where events of the method are told. */
  readonly channel: (type: EventType, circuit?: string) => Channel;
  /** The budget of the method's retries where no circuit has one to share. */
  readonly budget: RetryBudget;
  /** The caller's signal among the arguments of a call. Never throws. */
  readonly signalOf: (args: readonly unknown[]) => AbortSignal | undefined;
  /** Whether retries come without a wait, as tests want them. */
  readonly instantRetries: boolean;
}
