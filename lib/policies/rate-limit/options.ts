import type { commonOptions } from '../../core/common-options.js';
import {
  count,
  duration,
  type Field,
  name,
  type OptionsOf,
  positiveDuration,
  type ResolvedOf,
} from '../../core/field.js';

/** Everything that `@RespectRateLimit()` takes. */
export const rateLimitFields = {
  /**
   * How long a call waits for rate limits at most, all its waits together. A hint that is longer than what is left
   * fails the call at once. @default '30s'
   */
  maxWait: {
    doc: 'How long a call waits for rate limits at most, all its waits together. A hint that is longer than what is left fails the call at once.',
    format: duration,
    default: '30s',
  },
  /** Calls in all, the first included. An integer >= 1. @default 5 */
  maxAttempts: {
    doc: 'Calls in all, the first included. An integer >= 1.',
    format: count(1),
    default: 5,
  },
  /**
   * The shortest wait, also if the upstream asks for less; without a hint, waits grow from here. At most `maxWait`.
   * @default '1s'
   */
  minWait: {
    doc: 'The shortest wait, also if the upstream asks for less; without a hint, waits grow from here. At most `maxWait`.',
    format: duration,
    default: '1s',
  },
  /** The longest that a hint closes the gate. Then one call tries. @default '5m' */
  maxGate: {
    doc: 'The longest that a hint closes the gate. Then one call tries.',
    format: positiveDuration,
    default: '5m',
  },
  /**
   * The name of the gate. Methods that give the same name wait together. Default: the name of the circuit around the
   * method; without one the gate belongs to the method.
   */
  gate: {
    doc: 'The name of the gate. Methods that give the same name wait together. Default: the name of the circuit around the method; without one the gate belongs to the method.',
    format: name,
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@RespectRateLimit()`. What is left out comes from the settings `rateLimit.*`. */
export interface RateLimitOptions extends OptionsOf<typeof rateLimitFields>, OptionsOf<typeof commonOptions> {}

/** Rate limit options in effect. */
export type ResolvedRateLimitOptions = ResolvedOf<typeof rateLimitFields>;
