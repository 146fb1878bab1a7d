import type { commonOptions } from '../../core/common-options.js';
import { type Field, type OptionsOf, positiveDuration, type ResolvedOf } from '../../core/field.js';

/** Everything that `@TimeLimited()` takes. */
export const timeLimitFields = {
  /**
   * How long it may take: above the retry the whole call, attempts and waits together; below it each attempt. For
   * streams, the time until the end, including the time that the consumer takes. Default: none.
   */
  limit: {
    doc: 'How long it may take: above the retry the whole call, attempts and waits together; below it each attempt. For streams, the time until the end, including the time that the consumer takes. Default: none.',
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

/** Options of `@TimeLimited()`. At least one of the limits has to be set. */
export interface TimeLimitOptions extends OptionsOf<typeof timeLimitFields>, OptionsOf<typeof commonOptions> {}

/** Time limits in effect: null if a limit is not set. */
export type ResolvedTimeLimitOptions = ResolvedOf<typeof timeLimitFields> & OptionsOf<typeof commonOptions>;
