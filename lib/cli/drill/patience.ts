/**
 * Runs work whose signal is aborted when the time is over or `signal` is. By hand, because on Node 20
 * `AbortSignal.any([AbortSignal.timeout(ms), signal])` may be collected as garbage before its time, and because the SDK
 * leaves a listener on the signal of every call, so that no signal should serve two.
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
