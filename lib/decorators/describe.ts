import { ConfigurationError } from '../core/errors.js';
import { layers } from '../runtime/runtime.js';
import { settingsIn, valuesIn } from '../settings/resolve.js';
import { show } from '../settings/check.js';
import { rightOf } from './bind.js';
import { nameOfClass } from './class-name.js';
import {
  type Decorated,
  type Decoration,
  decoratedOf,
  type EffectiveSettings,
  givenNames,
  isInnerAt,
  namesOf,
  type PolicyName,
} from './decoration.js';
import type { AnyFunction } from './types.js';
import { disagreements } from './warnings/shared-circuits.js';
import type { Part, Warning } from './warnings/stack.js';
import { warningsOf } from './warnings/warnings.js';

/** One decorator of a method, with the settings in effect. */
export interface PolicyDescription {
  /** The decorator's name. */
  readonly policy: PolicyName;
  /** Each value, and which layer it came from. */
  readonly settings: EffectiveSettings;
  /** What the settings of this policy cannot mean, together or with those of others, and what to write instead. */
  readonly warnings: readonly string[];
}

/** Any class. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever its constructor takes
export type AnyClass = abstract new (...args: any[]) => unknown;

/**
 * The stack of each decorated method of a class, inherited and static ones too, outermost first, with the effective
 * settings and where each came from.
 * @throws {ConfigurationError} when the settings are wrong, or it is given no class
 */
export function describe(Class: AnyClass): Record<string, PolicyDescription[]> {
  if (typeof Class !== 'function') throw new ConfigurationError([`describe: expected a class, got ${show(Class)}`]);
  const stacks: Record<string, DescribedMethod> = {};
  for (const root of [Class.prototype as object | undefined, Class]) {
    const seen = new Set<PropertyKey>();
    for (let owner = root; owner && owner !== Function.prototype; owner = Object.getPrototypeOf(owner)) {
      for (const key of Reflect.ownKeys(owner).filter((own) => !seen.has(own))) {
        // An override hides what it overrides, decorated or not.
        seen.add(key);
        const decorated = decoratedAt(owner, key);
        const name = String(key);
        if (decorated) stacks[name] ??= methodOf(decorated, `${classNameOf(owner)}.${name}`);
      }
    }
  }
  return withWarnings(stacks);
}

/** A decorated method, with what it is warned of in itself. */
interface DescribedMethod {
  readonly method: string;
  readonly parts: readonly (Part & { readonly policy: PolicyName; readonly contradictions: readonly string[] })[];
  readonly warnings: readonly Warning[];
}

function withWarnings(stacks: Readonly<Record<string, DescribedMethod>>): Record<string, PolicyDescription[]> {
  const circuits = Object.values(stacks).flatMap(({ method, parts }) =>
    parts.filter(({ policy }) => policy === 'CircuitProtected').map((circuit) => ({ method, circuit })),
  );
  const shared = disagreements(circuits);
  const described = Object.entries(stacks).map(([name, { parts, warnings }]) => {
    const all = [...warnings, ...shared];
    const descriptions = parts.map((part): PolicyDescription => {
      const { policy, settings, contradictions } = part;
      const warnings = all.filter(({ at }) => at === part).map(({ says }) => says);
      // Where settings contradict each other, what else may be said of them is beside the point.
      return { policy, settings, warnings: contradictions.length > 0 ? contradictions : warnings };
    });
    return [name, descriptions] as const;
  });
  return Object.fromEntries(described);
}

function decoratedAt(owner: object, key: PropertyKey): Decorated | undefined {
  const found: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
  return typeof found === 'function' ? decoratedOf(found as AnyFunction) : undefined;
}

function methodOf({ stack, beneath }: Decorated, found: string): DescribedMethod {
  const method = givenNames(stack)[0] ?? found;
  // Behind another library's wrapper a stack of its own begins.
  const [outer, inner] = [partsOf(stack, method), partsOf(beneath, givenNames(beneath)[0] ?? method)];
  return {
    method,
    parts: [...outer, ...inner],
    warnings: [...warningsOf(enabled(outer)), ...warningsOf(enabled(inner))],
  };
}

/** What is switched off cannot stand in the way of anything. */
function enabled(parts: DescribedMethod['parts']): DescribedMethod['parts'] {
  return parts.filter(({ values }) => values.enabled !== false);
}

function partsOf(decorations: readonly Decoration[], method: string): DescribedMethod['parts'] {
  const current = layers();
  const names = namesOf(decorations, method);
  rightOf(decorations, method, current);
  return decorations.map(({ decorator, options }, index) => {
    const resolvable = decorator.resolvable(options, isInnerAt(index, decorations));
    const values = valuesIn(current, names, resolvable);
    const problems = values.enabled === false ? [] : decorator.contradictions(values);
    const contradictions = problems.map((problem) => `every call fails: ${problem}`);
    return { policy: decorator.policy, settings: settingsIn(current, names, resolvable), values, contradictions };
  });
}

function classNameOf(owner: object): string {
  return nameOfClass(typeof owner === 'function' ? owner : owner.constructor);
}
