import { read } from '../../failures/reading.js';
import type { Fallback } from './options.js';

/**
 * What the fallback answers with. When it fails its error is thrown, with the first one as its `cause`.
 */
export function answer(
  fallback: Fallback<unknown>,
  self: unknown,
  args: readonly unknown[],
  error: unknown,
): Promise<unknown> {
  try {
    const value = typeof fallback === 'function' ? called(fallback as AnyFallback, self, args, error) : fallback;
    return settled(value, error);
  } catch (thrown) {
    return Promise.reject(causedBy(thrown, error));
  }
}

function settled(value: unknown, error: unknown): Promise<unknown> {
  const answered = Promise.resolve(value);
  if (typeof read(value, 'then') !== 'function') return answered;
  return answered.catch((thrown) => Promise.reject(causedBy(thrown, error)));
}

type AnyFallback = (this: unknown, error: unknown, ...args: unknown[]) => unknown;

/** A spread costs a good part of what a refused call may: calls with one argument, which most are, go without. */
function called(fallback: AnyFallback, self: unknown, args: readonly unknown[], error: unknown): unknown {
  return args.length === 1 ? fallback.call(self, error, args[0]) : fallback.call(self, error, ...args);
}

function causedBy(thrown: unknown, cause: unknown): unknown {
  // Where it has a cause of its own, is frozen or is no error, it is thrown as it is.
  if (thrown instanceof Error && thrown !== cause && !('cause' in thrown) && Object.isExtensible(thrown)) {
    Object.defineProperty(thrown, 'cause', { value: cause, configurable: true, writable: true });
  }
  return thrown;
}
