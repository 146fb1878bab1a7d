import { ConfigurationError } from '../core/errors.js';
import type { Site } from '../call/site.js';
import { type CircuitOptions, circuitFields, circuitOptions } from '../policies/circuit/options.js';
import { type Protection, protect } from '../policies/circuit/protect.js';
import { circuitContradictions, circuitRules, type ResolvedCircuitOptions } from '../policies/circuit/rules.js';
import { circuitNamed, keyedCircuitsNamed, ownCircuit, ownKeyedCircuits } from '../runtime/circuits.js';
import { resolve } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator, Owned } from './decoration.js';
import { sectionsOf } from './sections.js';
import type { PolicyDecorator } from './types.js';

type Whole = CircuitOptions<unknown> &
  ResolvedCircuitOptions &
  Required<Pick<CircuitOptions, 'maxKeys' | 'fallbackOn' | 'shadow'>>;

const decorator: Decorator = {
  policy: 'CircuitProtected',
  fields: circuitOptions,
  contradictions: circuitContradictions,
  settings: (options, layers, method) => {
    const named = options.circuit as string | undefined;
    const sections = sectionsOf(layers, { circuit: named ?? method, method });
    return {
      ...(named !== undefined && { circuit: { value: named, source: 'decorator' } as const }),
      ...resolve(circuitFields, 'circuit', layers, options, sections),
    };
  },
  bind: (given, site, owned) => {
    const options = given as unknown as Whole;
    return protect(site, { ...options, rules: circuitRules(options), circuit: circuitOf(options, site, owned) });
  },
};

/**
 * Leaves a failing upstream alone: after `failureThreshold` failed calls in a row, or when too many calls of `window` have
 * failed or were slow, the circuit opens and refuses calls for `recoveryTimeout`; then it lets `probes` through and closes
 * when they succeed. Meanwhile the fallback answers,
 * or {@link CircuitOpenError} is thrown.
 *
 * Stands above `@RetryOnTransient()`: one exhausted retry sequence is one failure. Methods that name the same circuit
 * share it. Data options left out come from the settings `circuit.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export function CircuitProtected(circuit: string): PolicyDecorator;
export function CircuitProtected<R = never>(options?: CircuitOptions<R>): PolicyDecorator<R>;
export function CircuitProtected<R>(...[first, ...rest]: readonly unknown[]): PolicyDecorator<R> {
  return decorate<R>(decorator, [typeof first === 'string' ? { circuit: first } : first, ...rest]);
}

/** Which circuit a call belongs to: the one that is named, else the method's own; by its key, where there is one. */
function circuitOf({ circuit: name, key, maxKeys }: Whole, site: Site, owned: Owned): Protection['circuit'] {
  const own = <T>(make: (method: string) => T): T => owned.once('CircuitProtected', () => make(site.method));
  if (!key) return name === undefined ? own(ownCircuit) : circuitNamed(name);
  const now = (): number => site.clock.now();
  const circuits = name === undefined ? own(ownKeyedCircuits) : keyedCircuitsNamed(name);
  return (self, args) => circuits.get(checkedKey(key, self, args, site.method), maxKeys, now);
}

function checkedKey(
  key: (...args: unknown[]) => unknown,
  self: unknown,
  args: readonly unknown[],
  method: string,
): string {
  let found: unknown;
  try {
    found = key.apply(self, args as unknown[]);
  } catch (cause) {
    throw new ConfigurationError([`${method}: @CircuitProtected() key: expected a string, but the function threw`], {
      cause,
    });
  }
  if (typeof found === 'string') return found;
  // What it comes to is of no use to anybody.
  if (found instanceof Promise) found.catch(() => undefined);
  const got = found instanceof Promise ? 'a promise' : typeof found;
  throw new ConfigurationError([`${method}: @CircuitProtected() key: expected a string, got ${got}`]);
}
