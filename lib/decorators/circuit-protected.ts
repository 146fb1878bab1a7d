import type { Site } from '../call/site.js';
import { type CircuitOptions, circuitFields, type ResolvedCircuitOptions } from '../policies/circuit/options.js';
import { isLearner } from '../policies/circuit/fallback.js';
import { learnFrom } from '../policies/circuit/learn.js';
import { type Protection, protect } from '../policies/circuit/protect.js';
import { circuitRules } from '../policies/circuit/rules.js';
import { circuitNamed, keyedCircuitsNamed, ownCircuit, ownKeyedCircuits } from '../runtime/circuits.js';
import type { Owned } from './decoration.js';
import { definePolicy } from './define-policy.js';
import { keyFinder } from './key.js';
import type { PolicyDecorator } from './types.js';

/** One signature: a function without parameters, such as `classify: () => 'network'`, gets no type from the second of two. */
type CircuitProtectedFactory = <R = never>(options?: CircuitOptions<R> | string) => PolicyDecorator<R>;

/**
 * Leaves a failing upstream alone: after `failureThreshold` failed calls in a row, or when too many calls of `window` have
 * failed or were slow, the circuit opens and rejects calls for `recoveryTimeout`; then it lets `probes` through and closes
 * when they succeed. Meanwhile the fallback answers, or {@link CircuitOpenError} is thrown.
 *
 * Stands above `@RetryOnTransient()`: one exhausted retry sequence is one failure. Methods that name the same circuit
 * share it. Data options left out come from the settings `circuit.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const CircuitProtected: CircuitProtectedFactory = definePolicy({
  name: 'CircuitProtected',
  group: 'circuit',
  fields: circuitFields,
  shorthand: 'circuit',
  // Whoever sets a rate and no threshold means the rate alone.
  derive: ({ failureRate }, isSet): Partial<ResolvedCircuitOptions> =>
    failureRate !== null && !isSet('failureThreshold') ? { failureThreshold: 'off' } : {},
  bind: (options, site, own) => {
    const { fallback, failureOnResult } = options;
    const policy = protect(site, {
      ...options,
      rules: circuitRules(options),
      circuit: circuitOf(options, site, own),
    });
    // The circuit sees no arguments of a call that ends well.
    return isLearner(fallback) ? [policy, learnFrom(fallback, (value) => !failureOnResult?.(value))] : policy;
  },
});

/** Which circuit a call belongs to: the one that is named, else the method's own; by its key, where there is one. */
function circuitOf(
  { circuit: name, key, maxKeys }: ResolvedCircuitOptions,
  site: Site,
  owned: Owned,
): Protection['circuit'] {
  const own = <T>(make: (method: string) => T): T => owned.once('CircuitProtected', () => make(site.method));
  if (!key) return name === undefined ? own(ownCircuit) : circuitNamed(name);
  const now = (): number => site.clock.now();
  const circuits = name === undefined ? own(ownKeyedCircuits) : keyedCircuitsNamed(name);
  const keyOf = keyFinder('CircuitProtected', site.method, key);
  return (self, args) => circuits.get(keyOf(self, args), maxKeys, now);
}
