import type { Policy } from '../call/policy.js';
import { ConfigurationError } from '../core/errors.js';
import type { Site } from '../call/site.js';
import type { PolicySettings } from '../runtime/counted.js';
import { layers } from '../runtime/runtime.js';
import type { Layers } from '../settings/resolve.js';
import { type Decoration, type Owned, positioned, valuesOf } from './decoration.js';

/**
 * The policies of a stack with the settings in effect.
 * @throws {ConfigurationError} for settings that cannot both be meant, every problem at once
 */
export function bindAll(stack: readonly Decoration[], site: Site, owned: Owned, self: unknown): readonly Policy[] {
  const whole = wholeOf(stack, site.method, layers());
  const problems = problemsOf(whole, site.method);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return whole.map(({ decorator, options, position }) => decorator.bind(options, site, owned, position, self));
}

/** What a stack and these settings say that cannot both be meant. */
export function contradictionsOf(stack: readonly Decoration[], method: string, current: Layers): string[] {
  return problemsOf(wholeOf(stack, method, current), method);
}

/** The settings in effect of each decorator, and the layer that each came from. */
export function settingsOf(stack: readonly Decoration[], method: string, current: Layers): readonly PolicySettings[] {
  return positioned(stack).map(({ decorator, options, position }) => ({
    policy: decorator.policy,
    settings: decorator.settings(options, current, method, position),
  }));
}

type Whole = ReturnType<typeof positioned>;

/** The stack with the options in effect. */
function wholeOf(stack: readonly Decoration[], method: string, current: Layers): Whole {
  return positioned(stack).map(({ decorator, options, position }) => {
    const settings = decorator.settings(options, current, method, position);
    return { decorator, options: { ...options, ...valuesOf(settings) }, position };
  });
}

function problemsOf(whole: Whole, method: string): string[] {
  return whole.flatMap(({ decorator, options }) => {
    return decorator.contradictions(options).map((problem) => `${method}: @${decorator.policy}() ${problem}`);
  });
}
