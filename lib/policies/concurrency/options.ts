import type { commonOptions } from '../../core/common-options.js';
import {
  callback,
  count,
  countOr,
  type Field,
  name,
  oneOf,
  type OptionsOf,
  positiveDuration,
  type ResolvedOf,
} from '../../core/field.js';

/** The options of `@ConcurrencyLimited()`. */
export const concurrencyFields = {
  /**
   * Calls at a time, over all instances of the class. `adaptive` finds the number from the latency of the calls. An
   * integer >= 1, or `adaptive`. Has no default.
   */
  limit: {
    doc: 'Calls at a time, over all instances of the class. `adaptive` finds the number from the latency of the calls. An integer >= 1, or `adaptive`. Has no default.',
    format: countOr('adaptive'),
    default: null,
    required: true,
  },
  /**
   * How many calls wait for a permit, in order, in addition to those that run; the bulkhead rejects the rest at once.
   * @default 0
   */
  queue: {
    doc: 'How many calls wait for a permit, in order, in addition to those that run; the bulkhead rejects the rest at once.',
    format: count(0),
    default: 0,
  },
  /** How long a call waits in the queue before it is rejected. @default '30s' */
  maxQueueWait: {
    doc: 'How long a call waits in the queue before it is rejected.',
    format: positiveDuration,
    default: '30s',
  },
  /** The lowest limit that `adaptive` may choose. At most `max`. @default 1 */
  min: {
    doc: 'The lowest limit that `adaptive` may choose. At most `max`.',
    format: count(1),
    default: 1,
  },
  /** The highest limit that `adaptive` may choose. At least `min`. @default 200 */
  max: {
    doc: 'The highest limit that `adaptive` may choose. At least `min`.',
    format: count(1),
    default: 200,
  },
  /** The limit that `adaptive` starts with. From `min` to `max`. Default: 20, or the nearest of `min` and `max`. */
  initial: {
    doc: 'The limit that `adaptive` starts with. From `min` to `max`. Default: 20, or the nearest of `min` and `max`.',
    format: count(1),
    default: null,
  },
  /**
   * When a call releases its permit after its caller or a time limit has ended it. `abandoned`: at once; `settled`:
   * when the method has really ended. @default 'abandoned'
   */
  release: {
    doc: 'When a call releases its permit after its caller or a time limit has ended it. `abandoned`: at once; `settled`: when the method has really ended.',
    format: oneOf('abandoned', 'settled'),
    default: 'abandoned',
  },
  /**
   * The name of the bulkhead. Methods that give the same name share its permits. Default: the bulkhead belongs to the
   * method.
   */
  bulkhead: {
    doc: 'The name of the bulkhead. Methods that give the same name share its permits. Default: the bulkhead belongs to the method.',
    format: name,
  },
  /**
   * One bulkhead per key, such as a tenant. Called with the method's arguments, must return a string. Keys are never
   * logged.
   */
  key: {
    doc: "One bulkhead per key, such as a tenant. Called with the method's arguments, must return a string. Keys are never logged.",
    // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
    format: callback<(...args: any[]) => string>(),
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@ConcurrencyLimited()`. Unset options come from the settings `concurrency.*`. */
export interface ConcurrencyOptions extends OptionsOf<typeof concurrencyFields>, OptionsOf<typeof commonOptions> {}

/** Concurrency options in effect. */
export type ResolvedConcurrencyOptions = ResolvedOf<typeof concurrencyFields>;
