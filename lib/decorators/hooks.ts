import type { ClassifyHook, PlacedHook } from '../runtime/hook.js';
import type { Decoration } from './decoration.js';

/** The `classify` functions of a stack's decorators, outermost first. */
export function hooksOf(stack: readonly Decoration[], method: string): readonly PlacedHook[] {
  return stack.flatMap(({ decorator, options }) => {
    const hook = options.classify as ClassifyHook | undefined;
    return hook ? [{ hook, where: `${method}: @${decorator.policy}() classify` }] : [];
  });
}
