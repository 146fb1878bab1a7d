/** Calls back when everything that waits for nothing but its turn has run. */
export function nextTurn(callback: () => void): void {
  // Some runtimes, such as browsers and workers at the edge, have no setImmediate.
  if (typeof setImmediate === 'function') setImmediate(callback);
  else setTimeout(callback, 0);
}
