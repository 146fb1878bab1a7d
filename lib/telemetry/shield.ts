/**
 * Calls a logger or a listener, and ignores what it throws and the rejection of a promise or thenable that it returns.
 */
export function shielded(call: () => unknown): void {
  try {
    forgive(call());
  } catch {
    // Errors of loggers and listeners are ignored.
  }
}

/** If `result` is a promise, handles its rejection. Throws if reading `then` throws. */
export function forgive(result: unknown): void {
  if (isThenable(result)) Promise.resolve(result).catch(ignore);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

function ignore(): void {}
