import { ConfigurationError } from '../core/errors.js';
import { layers } from '../runtime/runtime.js';
import { show } from '../settings/check.js';
import { nameOfClass } from './class-name.js';
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
 * @throws {ConfigurationError} when the settings are wrong, or it is given no class
 */
export function describe(Class: AnyClass): Record<string, PolicyDescription[]> {
  if (typeof Class !== 'function') throw new ConfigurationError([`describe: expected a class, got ${show(Class)}`]);
  const described: Record<string, PolicyDescription[]> = {};
  for (const root of [Class.prototype as object | undefined, Class]) {
    const seen = new Set<PropertyKey>();
    for (let owner = root; owner && owner !== Function.prototype; owner = Object.getPrototypeOf(owner)) {
      for (const key of Reflect.ownKeys(owner).filter((own) => !seen.has(own))) {
        // An override hides what it overrides, decorated or not.
        seen.add(key);
        const decorated = decoratedAt(owner, key);
        const name = String(key);
        if (decorated) described[name] ??= descriptionOf(decorated, `${classNameOf(owner)}.${name}`);
      }
    }
  }
  return described;
}

function decoratedAt(owner: object, key: PropertyKey): Decorated | undefined {
  const found: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
  return typeof found === 'function' ? decoratedOf(found as AnyFunction) : undefined;
}

function descriptionOf({ stack, beneath }: Decorated, method: string): PolicyDescription[] {
  const current = layers();
  return [...positioned(stack), ...positioned(beneath)].map(({ decorator, options, position }) => ({
    policy: decorator.policy,
    settings: decorator.settings(options, current, method, position),
  }));
}

function classNameOf(owner: object): string {
  return nameOfClass(typeof owner === 'function' ? owner : owner.constructor);
}
