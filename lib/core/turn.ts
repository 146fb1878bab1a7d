/** Calls `callback` after all pending microtasks and I/O callbacks of this turn of the event loop. */
export function afterThisTurn(callback: () => void): void {
  // Some runtimes, such as browsers and edge workers, have no `setImmediate`.
  if (typeof setImmediate === 'function') setImmediate(callback);
  else setTimeout(callback, 0);
}

/**
 * The same, also while a test has fake timers. The event loop does not wait for anything before it: an immediate that is
 * unreferenced would run only after the next I/O.
 */
export const afterThisRealTurn: (callback: () => void) => void =
  globalThis.setImmediate ?? ((callback) => setTimeout(callback, 0));
