/**
 * Runs work with a signal that is aborted after `ms`, or with `signal`. Written by hand for two reasons: on Node 20,
 * `AbortSignal.any([AbortSignal.timeout(ms), signal])` may be garbage-collected too early; and the SDK leaves a listener
 * on the signal of every call, so each call needs a signal of its own.
 */
export async function patiently<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const leave = (): void => controller.abort();
  const timer = setTimeout(leave, ms);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}
