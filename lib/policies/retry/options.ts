import type { Failure } from '../../core/failure.js';
import { callback, count, duration, type Field, oneOf, type OptionsOf, type ResolvedOf } from '../../core/field.js';
import type { Random } from '../../core/random.js';
import type { commonOptions } from '../../core/common-options.js';

/** The options of `@RetryOnTransient()`. */
export const retryFields = {
  /** Calls in all, the first included. An integer >= 1. @default 3 */
  maxAttempts: {
    doc: 'Calls in all, the first included. An integer >= 1.',
    format: count(1),
    default: 3,
    env: 'RETRY_MAX_ATTEMPTS',
  },
  /** The shortest wait between two attempts. At most `maxWait`. @default '1s' */
  minWait: {
    doc: 'The shortest wait between two attempts. At most `maxWait`.',
    format: duration,
    default: '1s',
    env: 'RETRY_MIN_WAIT',
  },
  /** The longest wait between two attempts. At least `minWait`. @default '10s' */
  maxWait: {
    doc: 'The longest wait between two attempts. At least `minWait`.',
    format: duration,
    default: '10s',
    env: 'RETRY_MAX_WAIT',
  },
  /**
   * `full` chooses each wait at random between `minWait` and `minWait` · 2^`retry`, so that callers do not return all
   * at once; `none` waits 1, 2, 4, 8, … times `minWait`. @default 'full'
   */
  jitter: {
    doc: '`full` chooses each wait at random between `minWait` and `minWait` · 2^`retry`, so that callers do not return all at once; `none` waits 1, 2, 4, 8, … times `minWait`.',
    format: oneOf('full', 'none'),
    default: 'full',
  },
  /**
   * Which of several nested retries repeats. `multiply`: all of them, which is logged once; `outer-only`: this one, and
   * the inner ones make one attempt each; `inner-only`: the inner ones, and this one does not repeat their failures.
   * @default 'multiply'
   */
  nested: {
    doc: 'Which of several nested retries repeats. `multiply`: all of them, which is logged once; `outer-only`: this one, and the inner ones make one attempt each; `inner-only`: the inner ones, and this one does not repeat their failures.',
    format: oneOf('multiply', 'outer-only', 'inner-only'),
    default: 'multiply',
  },
  /**
   * Milliseconds to wait before retry number `retry` (1, 2, …) instead of the built-in formula. At most `maxWait` is
   * waited. `random` returns a number from 0 to 1.
   */
  backoff: {
    doc: 'Milliseconds to wait before retry number `retry` (1, 2, …) instead of the built-in formula. At most `maxWait` is waited. `random` returns a number from 0 to 1.',
    format: callback<(retry: number, random: Random, failure: Failure, error: unknown) => number>(),
  },
  /** Whether to retry after this failure, instead of `failure.transient`. A cancelled call is never retried. */
  retryOn: {
    doc: 'Whether to retry after this failure, instead of `failure.transient`. A cancelled call is never retried.',
    format: callback<(failure: Failure, error: unknown) => boolean>(),
  },
  /** Whether a value that the method returned is retried. When all attempts are used, the value is returned. */
  retryOnResult: {
    doc: 'Whether a value that the method returned is retried. When all attempts are used, the value is returned.',
    // oxlint-disable-next-line typescript/no-explicit-any -- the value's type is the method's, which an option cannot know
    format: callback<(value: any) => boolean>(),
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@RetryOnTransient()`. Unset options come from the settings `retry.*`. */
export interface RetryOptions extends OptionsOf<typeof retryFields>, OptionsOf<typeof commonOptions> {}

/** Retry options in effect. */
export type ResolvedRetryOptions = ResolvedOf<typeof retryFields> & OptionsOf<typeof commonOptions>;
