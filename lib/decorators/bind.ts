import type { Policy } from '../core/call.js';
import { ConfigurationError } from '../core/errors.js';
import type { Site } from '../core/site.js';
import { layers } from '../runtime/runtime.js';
import type { Decoration, EffectiveSettings, Options, Owned } from './decoration.js';

/**
 * The policies of a stack with the settings in effect.
 * @throws {ConfigurationError} for settings that cannot both be meant, every problem at once
 */
export function bindAll(stack: readonly Decoration[], site: Site, owned: Owned): readonly Policy[] {
  const current = layers();
  const whole = stack.map(({ decorator, options }) => {
    return { decorator, options: { ...options, ...valuesOf(decorator.settings(options, current, site.method)) } };
  });
  const problems = whole.flatMap(({ decorator, options }) => {
    return decorator.contradictions(options).map((problem) => `${site.method}: @${decorator.policy}() ${problem}`);
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return whole.map(({ decorator, options }) => decorator.bind(options, site, owned));
}

function valuesOf(settings: EffectiveSettings): Options {
  return Object.fromEntries(Object.entries(settings).map(([key, { value }]) => [key, value]));
}
