import type { Duration } from '../../core/duration.js';
import { callback, codeOption, type Field, positiveDuration } from '../../core/field.js';

/** Options of `@TimeLimited()`. At least one of the limits has to be given. */
export interface TimeLimitOptions {
  /**
   * How long it may take. Above the retry the whole call, attempts and waits together; below it each attempt. Of a
   * stream it is the time until its end, that which its consumer takes included. @default none
   */
  readonly limit?: Duration;
  /** How long a stream may take until its first chunk. Not above `limit`. @default none */
  readonly firstChunk?: Duration;
  /**
   * How long a stream may take between two chunks, counted while the consumer waits for one. Not above `limit`.
   * @default none
   */
  readonly betweenChunks?: Duration;
  /**
   * Finds the caller's signal among the arguments. By default it is an argument that is an `AbortSignal`, or the
   * `signal` of one that is an options object.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
  readonly signal?: (...args: any[]) => AbortSignal | undefined;
}

/** The options that are data. */
export const timeLimitFields = {
  limit: {
    doc: 'How long the whole call may take, or each attempt.',
    format: positiveDuration,
    default: null,
  },
  firstChunk: {
    doc: 'How long a stream may take until its first chunk.',
    format: positiveDuration,
    default: null,
  },
  betweenChunks: {
    doc: 'How long a stream may take between two chunks.',
    format: positiveDuration,
    default: null,
  },
} satisfies Record<string, Field<unknown>>;

/** Everything that `@TimeLimited()` takes. */
export const timeLimitOptions = { ...timeLimitFields, signal: codeOption(callback) };
