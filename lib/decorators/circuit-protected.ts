import type { MethodContext } from '../call/method-context.js';
import { type CircuitOptions, circuitFields, type ResolvedCircuitOptions } from '../policies/circuit/options.js';
import { isLearner } from '../policies/circuit/fallback.js';
import { learnFrom } from '../policies/circuit/learn.js';
import { protect } from '../policies/circuit/protect.js';
import type { Protection } from '../policies/circuit/protection.js';
import { circuitRules } from '../policies/circuit/rules.js';
import { answerOf } from '../call/predicate.js';
import { circuitNamed, keyedCircuitsNamed, ownCircuit, ownKeyedCircuits } from '../runtime/circuits.js';
import type { Owned } from './decoration.js';
import { definePolicy } from './define-policy.js';
import { keyFinder } from './key.js';
import type { PolicyDecorator } from './types.js';

/** One signature, not two overloads: TypeScript would not type `classify: () => 'network'` by the second overload. */
type CircuitProtectedFactory = <R = never>(options?: CircuitOptions<R> | string) => PolicyDecorator<R>;

/**
 * Stops calls to a failing upstream. The circuit opens after `failureThreshold` failed calls in a row, or when too many
 * calls of `window` failed or were slow. While it is open, it rejects calls for `recoveryTimeout`; then it admits
 * `probes` and closes when they succeed. For a rejected call, the fallback answers, or {@link CircuitOpenError} is
 * thrown.
 *
 * Write it above `@RetryOnTransient()`: one exhausted retry sequence is one failure. Methods that name the same circuit
 * share it. If unset, data options come from the settings `circuit.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const CircuitProtected: CircuitProtectedFactory = definePolicy({
  name: 'CircuitProtected',
  group: 'circuit',
  fields: circuitFields,
  shorthand: 'circuit',
  // If only the rate is set, the rate alone decides.
  derive: ({ failureRate }, isSet): Partial<ResolvedCircuitOptions> =>
    failureRate !== null && !isSet('failureThreshold') ? { failureThreshold: 'off' } : {},
  bind: (options, context, own) => {
    const { fallback, failureOnResult } = options;
    const policy = protect(context, {
      ...options,
      rules: circuitRules(options),
      circuit: circuitOf(options, context, own),
    });
    // Only an additional policy sees the arguments of successful calls: the circuit does not.
    return isLearner(fallback) ? [policy, learnFrom(fallback, goodBy(failureOnResult, context.method))] : policy;
  },
});

/** Tells good results. One that `failureOnResult` cannot judge is not good; the circuit reports why. */
function goodBy(failureOnResult: ResolvedCircuitOptions['failureOnResult'], method: string) {
  return (value: unknown): boolean => {
    try {
      return !answerOf(failureOnResult?.(value), method, '@CircuitProtected() failureOnResult');
    } catch {
      return false;
    }
  };
}

/**
 * The circuit of a call: the named one, else the method's own. With the option `key`, the circuit of the call's key.
 */
function circuitOf(
  { circuit: name, key, maxKeys }: ResolvedCircuitOptions,
  context: MethodContext,
  owned: Owned,
): Protection['circuit'] {
  const own = <T>(make: (method: string) => T): T => owned.once('CircuitProtected', () => make(context.method));
  if (!key) return name === undefined ? own(ownCircuit) : circuitNamed(name);
  const now = (): number => context.clock.now();
  const circuits = name === undefined ? own(ownKeyedCircuits) : keyedCircuitsNamed(name);
  const keyOf = keyFinder('CircuitProtected', context.method, key);
  return (self, args) => circuits.get(keyOf(self, args), maxKeys, now);
}
