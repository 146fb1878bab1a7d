import type { commonOptions } from '../../core/common-options.js';
import { type Field, type OptionsOf, positiveDuration, type ResolvedOf } from '../../core/field.js';

/** The options of `@TimeLimited()`. */
export const timeLimitFields = {
  /**
   * The longest duration: above the retry, of the whole call with all attempts and waits; below it, of each attempt.
   * For streams, until their end, including the time that the consumer takes. Default: none.
   */
  limit: {
    doc: 'The longest duration: above the retry, of the whole call with all attempts and waits; below it, of each attempt. For streams, until their end, including the time that the consumer takes. Default: none.',
    format: positiveDuration,
    default: null,
  },
  /** How long a stream may take until its first chunk. At most `limit`. Default: none. */
  firstChunk: {
    doc: 'How long a stream may take until its first chunk. At most `limit`. Default: none.',
    format: positiveDuration,
    default: null,
  },
  /**
   * How long a stream may take between two chunks, counted while the consumer waits for one. At most `limit`. Default:
   * none.
   */
  betweenChunks: {
    doc: 'How long a stream may take between two chunks, counted while the consumer waits for one. At most `limit`. Default: none.',
    format: positiveDuration,
    default: null,
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@TimeLimited()`. At least one limit must be set. */
export interface TimeLimitOptions extends OptionsOf<typeof timeLimitFields>, OptionsOf<typeof commonOptions> {}

/** Time limits in effect: null if a limit is unset. */
export type ResolvedTimeLimitOptions = ResolvedOf<typeof timeLimitFields> & OptionsOf<typeof commonOptions>;
