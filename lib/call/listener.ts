import { warn } from '../core/process.js';
import { isStrayPromise } from '../core/stray-promise.js';

/** What has been reported, so that a call per second does not report once per second. */
const reported = new Set<string>();

/**
 * Calls a listener of a policy. A mistake in it harms neither the call nor anybody else who listens: what it throws, or
 * rejects with, is reported once and ignored.
 * @param where what it listens to, for the report
 */
export function callListener(where: string, listener: () => unknown): void {
  try {
    if (isStrayPromise(listener())) report(where, 'returned a promise');
  } catch {
    report(where, 'threw');
  }
}

function report(where: string, did: string): void {
  const text = `${where}: expected a listener that returns nothing and does not throw, but it ${did}. It is ignored.`;
  if (reported.has(text)) return;
  reported.add(text);
  warn(text, 'HOLDFAST_LISTENER');
}
