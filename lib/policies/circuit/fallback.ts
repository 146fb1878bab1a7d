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
    const value = typeof fallback === 'function' ? fallback.call(self, error, ...args) : fallback;
    const isLater = typeof value === 'object' && typeof read(value, 'then') === 'function';
    return isLater
      ? Promise.resolve(value).catch((thrown) => Promise.reject(causedBy(thrown, error)))
      : Promise.resolve(value);
  } catch (thrown) {
    return Promise.reject(causedBy(thrown, error));
  }
}

function causedBy(thrown: unknown, cause: unknown): unknown {
  // Where it has a cause of its own, is frozen or is no error, it is thrown as it is.
  if (thrown instanceof Error && thrown !== cause && !('cause' in thrown) && Object.isExtensible(thrown)) {
    Object.defineProperty(thrown, 'cause', { value: cause, configurable: true, writable: true });
  }
  return thrown;
}
