import type { FailureKind } from './failure.js';
import { callback, type Field, name } from './field.js';

/** The options that every decorator takes. Only code can set them. */
export const commonOptions = {
  /**
   * The stable name of the method, in settings, logs and metrics. Minifiers rename classes. One decorator of a stack
   * suffices. Default: `Class.method`.
   */
  name: {
    doc: 'The stable name of the method, in settings, logs and metrics. Minifiers rename classes. One decorator of a stack suffices. Default: `Class.method`.',
    format: name,
  },
  /**
   * Finds the caller's signal among the arguments. Default: an argument that is an `AbortSignal`, or the `signal` of an
   * options object.
   */
  signal: {
    doc: "Finds the caller's signal among the arguments. Default: an argument that is an `AbortSignal`, or the `signal` of an options object.",
    // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
    format: callback<(...args: any[]) => AbortSignal | undefined>(),
  },
  /** Decides the kind of a failure before the built-in rules do; undefined leaves it to them. */
  classify: {
    doc: 'Decides the kind of a failure before the built-in rules do; undefined leaves it to them.',
    format: callback<(error: unknown) => FailureKind | undefined>(),
  },
} satisfies Record<string, Field<unknown>>;
