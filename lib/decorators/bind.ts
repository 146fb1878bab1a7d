import type { Policy } from '../core/call.js';
import { ConfigurationError } from '../core/errors.js';
import type { Site } from '../core/site.js';
import { layers } from '../runtime/runtime.js';
import { type Decoration, type Owned, positioned, valuesOf } from './decoration.js';

/**
 * The policies of a stack with the settings in effect.
 * @throws {ConfigurationError} for settings that cannot both be meant, every problem at once
 */
export function bindAll(stack: readonly Decoration[], site: Site, owned: Owned): readonly Policy[] {
  const current = layers();
  const whole = positioned(stack).map(({ decorator, options, position }) => {
    const settings = decorator.settings(options, current, site.method, position);
    return { decorator, options: { ...options, ...valuesOf(settings) }, position };
  });
  const problems = whole.flatMap(({ decorator, options }) => {
    return decorator.contradictions(options).map((problem) => `${site.method}: @${decorator.policy}() ${problem}`);
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  const policies = whole.map(({ decorator, options, position }) => decorator.bind(options, site, owned, position));
  return [...policies, ...policies.flatMap(({ floor }) => floor ?? [])];
}
