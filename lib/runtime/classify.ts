import type { Failure } from '../core/failure.js';
import { classify as classifyAt } from '../failures/classify.js';
import { runtime } from './runtime.js';

/**
 * What kind of failure a thrown value is, decided by its structure: status, code, causes, the name of its class.
 * Never throws. Says nothing of what was asked or answered.
 */
export function classify(error: unknown): Failure {
  return classifyAt(error, runtime.clock.now());
}

/** Whether a failure may pass by itself: a timeout, the network, or a server's error. A rate limit is not one. */
export function isTransient(error: unknown): boolean {
  return classify(error).transient;
}
