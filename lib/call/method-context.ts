import type { Call } from './call.js';
import type { CallContext } from './call-context.js';
import type { Next } from './policy.js';

/**
 * Called after each failed attempt of a retry except the last, before the next attempt. `maxAttempts` includes the
 * first.
 */
export type OnAttemptFailed = (call: Call, error: unknown, maxAttempts: number) => void;

/** Runs the calls of a method so that all exporters watch them. */
export interface Watching {
  call(run: Next): Next;
  attempt(method: Next): Next;
}

/** What a policy knows about the decorated method and the process. */
export interface MethodContext extends CallContext {
  /** The exporters that watch every call; undefined if there are none. */
  readonly watching: Watching | undefined;
  /** Policies add their listeners when they are created. */
  readonly onAttemptFailed: OnAttemptFailed[];
}
