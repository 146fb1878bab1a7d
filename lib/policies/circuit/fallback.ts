import { read } from '../../failures/reading.js';
import type { Fallback } from './options.js';

/**
 * Lets the fallback answer. `used` is told once it has. When the fallback fails, its error is thrown, with the first
 * one as its `cause`.
 */
export function answer(
  fallback: Fallback<unknown>,
  self: unknown,
  args: readonly unknown[],
  error: unknown,
  used: () => void,
): Promise<unknown> {
  try {
    const value = typeof fallback === 'function' ? fallback.call(self, error, ...args) : fallback;
    if (typeof read(value, 'then') === 'function') return later(value, error, used);
    used();
    return Promise.resolve(value);
  } catch (thrown) {
    return Promise.reject(causedBy(thrown, error));
  }
}

async function later(value: unknown, error: unknown, used: () => void): Promise<unknown> {
  try {
    const answered = await value;
    used();
    return answered;
  } catch (thrown) {
    throw causedBy(thrown, error);
  }
}

function causedBy(thrown: unknown, cause: unknown): unknown {
  // Where it has a cause of its own, is frozen or is no error, it is thrown as it is.
  if (thrown instanceof Error && thrown !== cause && !('cause' in thrown) && Object.isExtensible(thrown)) {
    Object.defineProperty(thrown, 'cause', { value: cause, configurable: true, writable: true });
  }
  return thrown;
}
