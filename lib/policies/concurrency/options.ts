import type { Duration } from '../../core/duration.js';
import { count, countOr, type Field, positiveDuration } from '../../core/field.js';

/** Options of `@ConcurrencyLimited()`. */
export interface ConcurrencyOptions {
  /**
   * Calls at a time, over all instances of the class. `'adaptive'` finds the number from the latency of the calls: it
   * starts at 20 and stays between 1 and 200. An integer >= 1, or `'adaptive'`. Has no default.
   */
  readonly limit: number | 'adaptive';
  /** Calls that wait for a permit, in order, beyond those at work; the surplus is refused at once. @default 0 */
  readonly queue?: number;
  /** How long a call waits in the queue before it is refused. @default '30s' */
  readonly maxQueueWait?: Duration;
}

/** The options that are data: all of them. */
export const concurrencyFields = {
  limit: {
    doc: 'Calls at a time, or "adaptive" to find the number from their latency.',
    format: countOr('adaptive'),
    default: null,
  },
  queue: {
    doc: 'Calls that wait for a permit, in order, beyond those at work.',
    format: count(0),
    default: 0,
  },
  maxQueueWait: {
    doc: 'How long a call waits in the queue before it is refused.',
    format: positiveDuration,
    default: '30s',
  },
} satisfies Record<string, Field<unknown>>;
