import type { Policy } from '../call/policy.js';
import type { MethodContext } from '../call/method-context.js';
import type { CountedDecorators } from '../runtime/counted.js';
import { ConfigurationError } from '../core/errors.js';
import { layers } from '../runtime/runtime.js';
import { refuse } from '../settings/load.js';
import { problemsFor } from '../settings/problems.js';
import type { Layers } from '../settings/layers.js';
import { valuesIn } from '../settings/resolve.js';
import type { Names } from '../settings/sections.js';
import { type Decoration, type Decorator, isInnerAt, namesOf, type Options, type Owned } from './decoration.js';

/**
 * The enabled policies of a stack, with the settings in effect.
 * @throws {ConfigurationError} that lists every wrong or contradictory setting
 */
export function bindAll(
  stack: readonly Decoration[],
  context: MethodContext,
  owned: Owned,
  self: unknown,
): readonly Policy[] {
  const enabled = rightOf(stack, context.method, layers());
  const problems = problemsOf(enabled, context.method);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const names = enabled.map(({ decorator }) => decorator.policy);
  return enabled.flatMap(({ decorator, values, isInner }, index) =>
    decorator.bind(values, context, owned, { index, stack: names, isInner }, self),
  );
}

/**
 * The enabled decorators of a stack.
 * @throws {ConfigurationError} for wrong settings that the stack uses
 */
export function rightOf(stack: readonly Decoration[], method: string, current: Layers): readonly Enabled[] {
  const names = namesOf(stack, method);
  const enabled = enabledOf(stack, names, current);
  const groups = enabled.flatMap(({ decorator, isInner }) => decorator.groups(isInner));
  refuse(problemsFor(current, { groups: new Set(groups), ...names }));
  return enabled;
}

/** Messages about options of a stack and settings that contradict each other. */
export function contradictionsOf(stack: readonly Decoration[], method: string, current: Layers): string[] {
  return problemsOf(enabledOf(stack, namesOf(stack, method), current), method);
}

/** The decorators of a stack, as those who count calls know them. */
export function countedDecorators(stack: readonly Decoration[], method: string): CountedDecorators {
  const policies = stack.map(({ decorator, options }, index) => ({
    policy: decorator.policy,
    resolvable: decorator.resolvable(options, isInnerAt(index, stack)),
  }));
  return { names: namesOf(stack, method), policies };
}

/** An enabled decorator, with the options in effect. */
interface Enabled {
  readonly decorator: Decorator;
  readonly values: Options;
  readonly isInner: boolean;
}

function enabledOf(stack: readonly Decoration[], names: Names, current: Layers): Enabled[] {
  return stack
    .map(({ decorator, options }, index): Enabled => {
      const isInner = isInnerAt(index, stack);
      return { decorator, values: valuesIn(current, names, decorator.resolvable(options, isInner)), isInner };
    })
    .filter(({ values }) => values.enabled !== false);
}

function problemsOf(enabled: readonly Enabled[], method: string): string[] {
  return enabled.flatMap(({ decorator, values }) => {
    return decorator.contradictions(values).map((problem) => `${method}: @${decorator.policy}() ${problem}`);
  });
}
