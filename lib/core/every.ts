const [begin, end] = [setInterval, clearInterval];

/** Calls back at this interval in real time, whatever clock is configured. Keeps no process alive. Returns how to end it. */
export function every(ms: number, callback: () => void): () => void {
  const timer = begin(callback, ms).unref();
  return () => end(timer);
}
