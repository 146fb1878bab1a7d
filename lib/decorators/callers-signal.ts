import type { MethodContext } from '../call/method-context.js';
import { findSignal } from '../call/signals.js';
import type { Decoration } from './decoration.js';

type Find = (...args: unknown[]) => AbortSignal | undefined;

/**
 * The function with which all policies of a stack find the caller's signal. It calls the option `signal` of the
 * outermost decorator that has one, then searches the arguments.
 */
export function signalFinderOf(stack: readonly Decoration[]): MethodContext['signalOf'] {
  const find = stack.find(({ options }) => options.signal !== undefined)?.options.signal as Find | undefined;
  if (!find) return findSignal;
  return (args) => find(...args) ?? findSignal(args);
}
