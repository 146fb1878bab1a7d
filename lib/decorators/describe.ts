import { layers } from '../runtime/runtime.js';
import { type Decorated, decoratedOf, type EffectiveSettings, type PolicyName, positioned } from './decoration.js';
import type { AnyFunction } from './types.js';

/** One decorator of a method, with the settings in effect. */
export interface PolicyDescription {
  /** The decorator's name. */
  readonly policy: PolicyName;
  /** Each value, and which layer it came from. */
  readonly settings: EffectiveSettings;
}

/** Any class. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever its constructor takes
export type AnyClass = abstract new (...args: any[]) => unknown;

/**
 * The stack of each decorated method of a class, inherited and static ones too, outermost first, with the effective
 * settings and where each came from.
 * @throws {ConfigurationError} when the settings are wrong
 */
export function describe(Class: AnyClass): Record<string, PolicyDescription[]> {
  const described: Record<string, PolicyDescription[]> = {};
  for (const root of [Class.prototype as object, Class]) {
    for (let owner = root; owner && owner !== Function.prototype; owner = Object.getPrototypeOf(owner)) {
      for (const [name, decorated] of decoratedMethodsOf(owner)) {
        if (!Object.hasOwn(described, name))
          described[name] = descriptionOf(decorated, `${classNameOf(owner)}.${name}`);
      }
    }
  }
  return described;
}

function* decoratedMethodsOf(owner: object): Iterable<[string, Decorated]> {
  for (const key of Reflect.ownKeys(owner)) {
    const found: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
    const decorated = typeof found === 'function' ? decoratedOf(found as AnyFunction) : undefined;
    if (decorated) yield [String(key), decorated];
  }
}

function descriptionOf({ stack, beneath }: Decorated, method: string): PolicyDescription[] {
  const current = layers();
  return [...positioned(stack), ...positioned(beneath)].map(({ decorator, options, position }) => ({
    policy: decorator.policy,
    settings: decorator.settings(options, current, method, position),
  }));
}

function classNameOf(owner: object): string {
  return (typeof owner === 'function' ? owner : owner.constructor).name || '(anonymous)';
}
