/** Calls back when everything that waits for nothing but its turn has run. */
export function nextTurn(callback: () => void): void {
  setImmediate(callback);
}
