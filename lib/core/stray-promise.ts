/**
 * True for a promise of any realm or library. For what a function of the user returned where no promise is valid: nobody
 * awaits it, so its rejection is ignored instead of being reported as unhandled. Never throws.
 */
export function isStrayPromise(value: unknown): boolean {
  try {
    if (typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then !== 'function') return false;
    Promise.resolve(value).catch(() => undefined);
    return true;
  } catch {
    // A getter may throw.
    return false;
  }
}
