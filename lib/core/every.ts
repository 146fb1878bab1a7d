const [realSetInterval, realClearInterval] = [setInterval, clearInterval];

/**
 * Calls `callback` every `ms` milliseconds of system time, whatever clock is configured. Does not keep the process
 * alive. Returns a function that stops it.
 */
export function every(ms: number, callback: () => void): () => void {
  const timer = realSetInterval(callback, ms).unref();
  return () => realClearInterval(timer);
}
