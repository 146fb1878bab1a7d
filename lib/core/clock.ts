import { shared } from './shared.js';

/** A pending timer, for {@link Clock.clearTimer}. */
export type Timer = unknown;

/** The source of time for every policy. A test can set its own: `configure({ clock: new FakeClock() })`. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, `ms` milliseconds from now, and keeps the process alive until then. */
  setTimer(callback: () => void, ms: number): Timer;
  /** Cancels a timer. Does nothing for a timer that has fired. */
  clearTimer(timer: Timer): void;
}

/** The longest delay of a Node timer: a longer one fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The system time. Looks up the globals at each call, so that fake timers that a test installs later take effect. */
export const systemClock: Clock = shared('clock', () =>
  Object.freeze({
    now: () => Date.now(),
    setTimer: (callback: () => void, ms: number) => setTimeout(callback, Math.min(ms, MAX_TIMER_MS)),
    clearTimer: (timer: Timer) => clearTimeout(timer as NodeJS.Timeout),
  }),
);
