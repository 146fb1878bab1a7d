import type { Duration } from '../../core/duration.js';
import { codeOption, count, duration, type Field, name } from '../../core/field.js';

/** Options of `@RespectRateLimit()`. What is left out comes from the settings `rateLimit.*`. */
export interface RateLimitOptions {
  /**
   * How long a call waits for rate limits at most, all its waits together. A hint that is longer than what is left fails
   * the call at once. Its share of the staggered release, up to 20 %, comes on top. @default '30s'
   */
  readonly maxWait?: Duration;
  /** Calls in all, the first included. An integer >= 1. @default 5 */
  readonly maxAttempts?: number;
  /**
   * The shortest wait, also where the upstream asks for less; where it asks for nothing, waits grow from here. Not above
   * `maxWait`. @default '1s'
   */
  readonly minWait?: Duration;
  /**
   * The gate's name: everyone who names it waits together. Without a name it is that of the circuit around the method,
   * and where there is none it belongs to the method.
   */
  readonly gate?: string;
}

/** The options that are data, and so may come from any layer of the settings. */
export const rateLimitFields = {
  maxWait: {
    doc: 'How long a call waits for rate limits at most, all its waits together.',
    format: duration,
    default: '30s',
  },
  maxAttempts: {
    doc: 'Calls in all, the first included.',
    format: count(1),
    default: 5,
  },
  minWait: {
    doc: 'The shortest wait, also where the upstream asks for less; not above maxWait.',
    format: duration,
    default: '1s',
  },
} satisfies Record<string, Field<unknown>>;

/** Everything that `@RespectRateLimit()` takes. */
export const rateLimitOptions = {
  ...rateLimitFields,
  gate: codeOption(name),
};
