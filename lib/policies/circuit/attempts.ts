// The shares of a call's failure that its failed attempts have counted already.
import type { Call } from '../../call/call.js';
import type { Shares } from './row.js';

const WHOLE: Shares = Object.freeze({ count: 1, of: 1 });

/** Notes that one more of `of` attempts has failed. */
export function noteAttempt(call: Call, of: number): void {
  call.counted = { count: (call.counted?.count ?? 0) + 1, of };
}

/** What is counted of a call that has failed. A call that several callers share counts once. */
export function countedOf(call: Call): Shares | undefined {
  const { shared } = call;
  if (!shared) return call.counted;
  const before = shared.counted;
  shared.counted = WHOLE;
  return before;
}
