/** Calls `callback` after all pending microtasks and I/O callbacks of this turn of the event loop. */
export function afterThisTurn(callback: () => void): void {
  // Some runtimes, such as browsers and edge workers, have no `setImmediate`.
  if (typeof setImmediate === 'function') setImmediate(callback);
  else setTimeout(callback, 0);
}
