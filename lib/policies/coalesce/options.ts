import type { commonOptions } from '../../core/common-options.js';
import { callback, type Field, type OptionsOf } from '../../core/field.js';

/** The options of `@Coalesced()`. */
export const coalesceFields = {
  /**
   * Concurrent calls with the same key share one call. Called with the method's arguments, must return a string. Keys
   * are never logged. Has no default.
   */
  key: {
    doc: "Concurrent calls with the same key share one call. Called with the method's arguments, must return a string. Keys are never logged. Has no default.",
    // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
    format: callback<(...args: any[]) => string>(),
    required: true,
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@Coalesced()`. */
export interface CoalesceOptions extends OptionsOf<typeof coalesceFields>, OptionsOf<typeof commonOptions> {}
