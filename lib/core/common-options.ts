import type { FailureKind } from './failure.js';
import { callback, type Field, name } from './field.js';

/** The options that every decorator takes. Only code can set them. */
export const commonOptions = {
  /**
   * The stable name of the method, in settings, logs and metrics. Set it if a minifier renames classes. It is enough to
   * set it on one decorator of a stack. Default: `Class.method`.
   */
  name: {
    doc: 'The stable name of the method, in settings, logs and metrics. Set it if a minifier renames classes. It is enough to set it on one decorator of a stack. Default: `Class.method`.',
    format: name,
  },
  /**
   * Returns the caller's signal, given the method's arguments. Default: an argument that is an `AbortSignal`, or the
   * `signal` of an options object.
   */
  signal: {
    doc: "Returns the caller's signal, given the method's arguments. Default: an argument that is an `AbortSignal`, or the `signal` of an options object.",
    // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
    format: callback<(...args: any[]) => AbortSignal | undefined>(),
  },
  /** Returns the kind of a failure, or undefined to let the built-in rules decide. Default: the built-in rules. */
  classify: {
    doc: 'Returns the kind of a failure, or undefined to let the built-in rules decide. Default: the built-in rules.',
    format: callback<(error: unknown) => FailureKind | undefined>(),
  },
} satisfies Record<string, Field<unknown>>;
