import { isStrayPromise } from '../core/stray-promise.js';
import type { MethodContext } from '../call/method-context.js';
import { findSignal, isSignal } from '../call/signals.js';
import { ConfigurationError } from '../core/errors.js';
import type { Decoration } from './decoration.js';

type Find = (...args: unknown[]) => unknown;

/**
 * The function with which all policies of a stack find the caller's signal. It calls the option `signal` of the
 * outermost decorator that has one, then searches the arguments.
 * @throws {ConfigurationError} when it is called, if the option returns anything but a signal, undefined or null
 */
export function signalFinderOf(stack: readonly Decoration[], method: string): MethodContext['signalOf'] {
  const decoration = stack.find(({ options }) => options.signal !== undefined);
  if (!decoration) return findSignal;
  const { decorator, options } = decoration;
  const find = options.signal as Find;
  return (args) => {
    const found = find(...args);
    if (found === undefined || found === null) return findSignal(args);
    if (isSignal(found)) return found;
    const got = isStrayPromise(found) ? 'a promise' : `a value of type ${typeof found}`;
    throw new ConfigurationError([
      `${method}: @${decorator.policy}() signal: expected an AbortSignal or undefined, got ${got}`,
    ]);
  };
}
