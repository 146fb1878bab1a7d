import { configure, override } from '../runtime/runtime.js';

/**
 * Runs `fn` with every decorator switched off, as `RESILIENCE_ENABLED=false` does: methods are called directly, once,
 * and fallbacks do not answer. Holds for the whole process until what `fn` returns has settled.
 */
export async function withoutResilience<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  const restore = configure({ settings: { resilience: { enabled: false } } });
  try {
    return await fn();
  } finally {
    restore();
  }
}

/**
 * Lets retries come at once, whatever waits the decorators name; everything else about them stays. No hedge is started,
 * so that a slow machine adds no call.
 * @returns a function that brings the waits back
 */
export function instantRetries(): () => void {
  return override({ instantRetries: true });
}
