import type { Circuit } from './circuit.js';
import type { CircuitOptions, ResolvedCircuitOptions } from './options.js';
import type { CircuitRules } from './rules.js';

/** What a circuit does around the calls of one method. */
export interface Protection extends Pick<CircuitOptions<unknown>, 'fallback' | 'failureOn' | 'failureOnResult'> {
  readonly rules: CircuitRules;
  readonly fallbackOn: ResolvedCircuitOptions['fallbackOn'];
  /** True if nobody is rejected. */
  readonly shadow: boolean;
  /** The circuit, or how to find that of a call, which throws if its key cannot be told. */
  readonly circuit: Circuit | ((self: unknown, args: readonly unknown[]) => Circuit);
}
