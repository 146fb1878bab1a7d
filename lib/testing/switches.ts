import { configure, override } from '../runtime/runtime.js';

/**
 * Runs `fn` with every decorator switched off, as with `RESILIENCE_ENABLED=false`: methods are called directly and
 * once, and fallbacks do not answer. Applies to the whole process until the result of `fn` has settled.
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
 * Switches off the waits of retries; all other options stay in effect. No hedges are started, so that a slow machine
 * makes no additional calls.
 * @returns a function that switches the waits on again
 */
export function instantRetries(): () => void {
  return override({ instantRetries: true });
}
