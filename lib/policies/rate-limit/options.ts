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

/** The options of `@RespectRateLimit()`. */
export const rateLimitFields = {
  /**
   * The longest total time that a call waits for rate limits. If the upstream asks for more than what is left of it,
   * the call fails at once. @default '30s'
   */
  maxWait: {
    doc: 'The longest total time that a call waits for rate limits. If the upstream asks for more than what is left of it, the call fails at once.',
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
   * The shortest wait, even if the upstream asks for less. If the upstream names no wait, waits grow from this. At most
   * `maxWait`. @default '1s'
   */
  minWait: {
    doc: 'The shortest wait, even if the upstream asks for less. If the upstream names no wait, waits grow from this. At most `maxWait`.',
    format: duration,
    default: '1s',
  },
  /** The longest time that a wait named by the upstream closes the gate. After it, one call tries. @default '5m' */
  maxGate: {
    doc: 'The longest time that a wait named by the upstream closes the gate. After it, one call tries.',
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

/** Options of `@RespectRateLimit()`. Unset options come from the settings `rateLimit.*`. */
export interface RateLimitOptions extends OptionsOf<typeof rateLimitFields>, OptionsOf<typeof commonOptions> {}

/** Rate limit options in effect. */
export type ResolvedRateLimitOptions = ResolvedOf<typeof rateLimitFields>;
