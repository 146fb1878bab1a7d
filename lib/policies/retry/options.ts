import type { Duration } from '../../core/duration.js';
import type { Failure } from '../../core/failure.js';
import { callback, codeOption, count, duration, type Field, oneOf } from '../../core/field.js';
import type { Random } from '../../core/random.js';

/** Options of `@RetryOnTransient()`. What is left out comes from the settings `retry.*`. */
export interface RetryOptions {
  /** Calls in all, the first included. An integer >= 1. @default 3 */
  readonly maxAttempts?: number;
  /** The shortest wait between two attempts. @default '1s' */
  readonly minWait?: Duration;
  /** The longest wait between two attempts; not below `minWait`. @default '10s' */
  readonly maxWait?: Duration;
  /**
   * `'full'` draws each wait uniformly from `minWait` to the doubled bound, so that callers do not come back together;
   * `'none'` waits 1, 2, 4, 8, … times `minWait`. @default 'full'
   */
  readonly jitter?: 'full' | 'none';
  /**
   * What happens to retried methods that are called within this one. `'multiply'`: both repeat, which is told once;
   * `'outer-only'`: this one repeats, and those within make one attempt each; `'inner-only'`: those within repeat, and
   * what they gave up on is final. @default 'multiply'
   */
  readonly nested?: 'multiply' | 'outer-only' | 'inner-only';
  /**
   * Milliseconds to wait before retry number `retry` (1, 2, …) in place of the built-in formula. At most `maxWait` is
   * waited. `random` gives a number from 0 to 1.
   */
  readonly backoff?: (retry: number, random: Random, failure: Failure, error: unknown) => number;
  /** Whether to retry after this failure, in place of `failure.transient`. A cancelled call is never retried. */
  readonly retryOn?: (failure: Failure, error: unknown) => boolean;
  /** Whether a value that the method returned calls for another attempt. When attempts are spent, it is returned. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the value's type is the method's, which an option cannot know
  readonly retryOnResult?: (value: any) => boolean;
  /**
   * Finds the caller's signal among the arguments. By default it is an argument that is an `AbortSignal`, or the
   * `signal` of one that is an options object.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
  readonly signal?: (...args: any[]) => AbortSignal | undefined;
}

/** The options that are data, and so may come from any layer of the settings. */
export const retryFields = {
  maxAttempts: {
    doc: 'Calls in all, the first included.',
    format: count(1),
    default: 3,
    env: 'RETRY_MAX_ATTEMPTS',
  },
  minWait: {
    doc: 'The shortest wait between two attempts.',
    format: duration,
    default: '1s',
    env: 'RETRY_MIN_WAIT',
  },
  maxWait: {
    doc: 'The longest wait between two attempts; not below minWait.',
    format: duration,
    default: '10s',
    env: 'RETRY_MAX_WAIT',
  },
  jitter: {
    doc: 'Whether waits are drawn at random ("full") or double evenly ("none").',
    format: oneOf('full', 'none'),
    default: 'full',
  },
  nested: {
    doc: 'Which of several retries around one another repeats: both ("multiply"), "outer-only" or "inner-only".',
    format: oneOf('multiply', 'outer-only', 'inner-only'),
    default: 'multiply',
  },
} satisfies Record<string, Field<unknown>>;

/** Everything that `@RetryOnTransient()` takes. */
export const retryOptions = {
  ...retryFields,
  backoff: codeOption(callback),
  retryOn: codeOption(callback),
  retryOnResult: codeOption(callback),
  signal: codeOption(callback),
};
