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
  /** Each value, and the layer that set it. */
  readonly settings: EffectiveSettings;
  /** Which settings of this policy contradict each other or those of other policies, and what to write instead. */
  readonly warnings: readonly string[];
}

/** Any class. */
// oxlint-disable-next-line typescript/no-explicit-any -- its constructor may have any parameters
export type AnyClass = abstract new (...args: any[]) => unknown;

/**
 * The stack of each decorated method of a class, outermost first, with the settings in effect and the layer of each.
 * Includes inherited and static methods.
 * @throws {ConfigurationError} if settings are wrong, or `Class` is not a class
 */
export function describe(Class: AnyClass): Record<string, PolicyDescription[]> {
  if (typeof Class !== 'function') throw new ConfigurationError([`describe: expected a class, got ${show(Class)}`]);
  const stacks: Record<string, DescribedMethod> = {};
  for (const root of [Class.prototype as object | undefined, Class]) {
    const seen = new Set<PropertyKey>();
    for (let owner = root; owner && owner !== Function.prototype; owner = Object.getPrototypeOf(owner)) {
      for (const key of Reflect.ownKeys(owner).filter((own) => !seen.has(own))) {
        // A method of a subclass hides the one that it overrides, decorated or not.
        seen.add(key);
        const decorated = decoratedAt(owner, key);
        const name = String(key);
        if (decorated) stacks[name] ??= methodOf(decorated, `${classNameOf(owner)}.${name}`);
      }
    }
  }
  return withWarnings(stacks);
}

/** A decorated method, with the warnings about its own stack. */
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
      // Contradictions make every call fail, so they hide all warnings.
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
  // The decorators below another library's wrapper are a separate stack.
  const [outer, inner] = [partsOf(stack, method), partsOf(beneath, givenNames(beneath)[0] ?? method)];
  return {
    method,
    parts: [...outer, ...inner],
    warnings: [...warningsOf(enabled(outer)), ...warningsOf(enabled(inner))],
  };
}

/** The enabled parts: warnings do not concern the others. */
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
