import type { commonOptions } from '../../core/common-options.js';
import {
  callback,
  count,
  duration,
  type Field,
  name,
  oneOf,
  type OptionsOf,
  positiveDuration,
} from '../../core/field.js';

/** The options of `@RateLimited()`. */
export const limiterFields = {
  /** Units (requests, tokens) that may pass in `per`. An integer >= 1. Has no default. */
  limit: {
    doc: 'Units (requests, tokens) that may pass in `per`. An integer >= 1. Has no default.',
    format: count(1),
    default: null,
    required: true,
  },
  /** The time in which `limit` units may pass. Has no default. */
  per: {
    doc: 'The time in which `limit` units may pass. Has no default.',
    format: positiveDuration,
    default: null,
    required: true,
  },
  /**
   * Units that may pass at once after an idle time. In any `per`, at most `limit + burst - 1` units pass. @default 1
   */
  burst: {
    doc: 'Units that may pass at once after an idle time. In any `per`, at most `limit + burst - 1` units pass.',
    format: count(1),
    default: 1,
  },
  /** How long a call over the limit may wait, in order. With 0 the limiter rejects it at once. @default '0s' */
  maxWait: {
    doc: 'How long a call over the limit may wait, in order. With 0 the limiter rejects it at once.',
    format: duration,
    default: '0s',
  },
  /** Calls that may wait at a time; the limiter rejects the rest at once. Default: none (only `maxWait` limits it). */
  queue: {
    doc: 'Calls that may wait at a time; the limiter rejects the rest at once. Default: none (only `maxWait` limits it).',
    format: count(0),
    default: null,
  },
  /**
   * Whether the members of the fleet divide the limit among themselves: `on`, `off`, or `watch` to count them without
   * dividing the limit. Default: `on` for a limiter with a name, else `off`.
   */
  fleet: {
    doc: 'Whether the members of the fleet divide the limit among themselves: `on`, `off`, or `watch` to count them without dividing the limit. Default: `on` for a limiter with a name, else `off`.',
    format: oneOf('off', 'watch', 'on'),
    default: null,
  },
  /**
   * The name of the limiter. Methods that give the same name share its units. Default: the limiter belongs to the
   * method.
   */
  limiter: {
    doc: 'The name of the limiter. Methods that give the same name share its units. Default: the limiter belongs to the method.',
    format: name,
  },
  /**
   * One limiter per key, such as a tenant. Called with the method's arguments, must return a string. Keys are never
   * logged.
   */
  key: {
    doc: "One limiter per key, such as a tenant. Called with the method's arguments, must return a string. Keys are never logged.",
    // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
    format: callback<(...args: any[]) => string>(),
  },
  /** Units to charge before the call. Called with the method's arguments. Default: 1. */
  cost: {
    doc: "Units to charge before the call. Called with the method's arguments. Default: 1.",
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    format: callback<(...args: any[]) => number>(),
  },
  /**
   * Units that the call really took; corrects `cost` after the call. Called with the result and the method's arguments.
   * Default: `cost`.
   */
  actual: {
    doc: "Units that the call really took; corrects `cost` after the call. Called with the result and the method's arguments. Default: `cost`.",
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    format: callback<(result: any, ...args: any[]) => number>(),
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@RateLimited()`. If unset, an option comes from the settings `limiter.*`. */
export interface LimiterOptions extends OptionsOf<typeof limiterFields>, OptionsOf<typeof commonOptions> {}
