import type { Circuit } from './circuit.js';
import type { CircuitOptions, ResolvedCircuitOptions } from './options.js';
import type { CircuitRules } from './rules.js';

/** What the circuit policy of one method needs. */
export interface Protection extends Pick<CircuitOptions<unknown>, 'fallback' | 'failureOn' | 'failureOnResult'> {
  readonly rules: CircuitRules;
  readonly fallbackOn: ResolvedCircuitOptions['fallbackOn'];
  /** True if no call is rejected. */
  readonly shadow: boolean;
  /** The circuit, or a function that returns the circuit of a call. It throws if `key` throws or returns no string. */
  readonly circuit: Circuit | ((self: unknown, args: readonly unknown[]) => Circuit);
}
