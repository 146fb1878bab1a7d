/**
 * Calls a logger or a listener. Whatever goes wrong in there changes nothing here: neither what it throws, nor the
 * rejection of a promise that it returns, native or not.
 */
export function shielded(call: () => unknown): void {
  try {
    forgive(call());
  } catch {
    // The caller's own trouble.
  }
}

/** Handles the rejection of what may be a promise. Throws what reading it throws. */
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
