import { CIRCUIT_RULES } from './circuit.js';
import { LIMIT_RULES } from './limits.js';
import { RETRY_RULES } from './retry.js';
import { type Part, stackOf, type Warning } from './stack.js';

const RULES = [LIMIT_RULES, RETRY_RULES, CIRCUIT_RULES];

/** Warnings about options of a stack, outermost first, that do not work together. None of them is an error. */
export function warningsOf(parts: readonly Part[]): Warning[] {
  const stack = stackOf(parts);
  return RULES.flatMap((rules) => rules.flatMap((rule) => rule(stack)));
}
