import type { Failure } from '../core/failure.js';
import { classifyBy } from './hook.js';
import { runtime } from './runtime.js';

/**
 * The kind of failure of a thrown value. The `classify` function of `configure()` decides first; then the structure of
 * the value decides: status, code, causes, the name of its class. Never throws. The result holds no content of requests
 * or responses.
 */
export function classify(error: unknown): Failure {
  return classifyBy(runtime.hooks, error, runtime.clock.now());
}

/** Whether a retry may succeed: after a timeout, a network error or a server error, but not after a rate limit. */
export function isTransient(error: unknown): boolean {
  return classify(error).transient;
}
