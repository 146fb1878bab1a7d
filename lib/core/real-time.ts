// The runtime's own clocks and timers. A test may replace the globals at any time, also before holdfast is loaded.

/** The runtime's own, also while a test has replaced it; a test's if that had replaced it before holdfast was loaded. */
export const realTimeout = globalThis.setTimeout;
const realNow = Date.now;
const realTick = globalThis.process?.nextTick;

/** Milliseconds of the monotonic clock, also while a test has replaced it. */
export const monotonicNow = performance.now.bind(performance);

/** Fake timers leave their clock at each function that they replace, and put `now` into the performance object. */
const wereReal =
  Function.prototype.toString.call(realNow).includes('[native code]') &&
  !Object.hasOwn(performance, 'now') &&
  ![realTimeout, realTick].some((each) => each && Object.hasOwn(each, 'clock'));

/** True while a test has not replaced what tells the time, and had not when holdfast was loaded. */
export function isRealTime(): boolean {
  return wereReal && Date.now === realNow && globalThis.setTimeout === realTimeout;
}

/**
 * Calls `callback` when the running code is done, at the latest after all pending microtasks, and before any I/O or
 * timer. Keeps no process alive. An immediate would either do that, or run only after the next I/O.
 */
export function beforeNextIo(callback: () => void): void {
  try {
    realTick(callback);
  } catch {
    // The runtime lacks it.
    realTimeout(callback, 0);
  }
}
