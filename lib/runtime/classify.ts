import type { Failure } from '../core/failure.js';
import { classifyBy } from './hook.js';
import { runtime } from './runtime.js';

/**
 * What kind of failure a thrown value is. The `classify` function of `configure()` is asked first; else its structure
 * decides: status, code, causes, the name of its class. Never throws. Holds nothing of what was asked or answered.
 */
export function classify(error: unknown): Failure {
  return classifyBy(runtime.hooks, error, runtime.clock.now());
}

/** Whether a failure may pass by itself: a timeout, the network, or a server's error. A rate limit is not one. */
export function isTransient(error: unknown): boolean {
  return classify(error).transient;
}
