import { shared } from './shared.js';

/** A pending timer, to be handed back to {@link Clock.clearTimer}. */
export type Timer = unknown;

/**
 * Where time comes from. Every policy takes the time from a clock, so that a test can give its own:
 * `configure({ clock: new FakeClock() })`.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, `ms` milliseconds from now, and keeps the process alive until then. */
  setTimer(callback: () => void, ms: number): Timer;
  /** Forgets a timer; one that has fired is ignored. */
  clearTimer(timer: Timer): void;
}

/** The longest delay that Node's timers hold: a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real time. The globals are looked up when called, so that fake timers put in later are heeded. */
export const systemClock: Clock = shared('clock', () =>
  Object.freeze({
    now: () => Date.now(),
    setTimer: (callback: () => void, ms: number) => setTimeout(callback, Math.min(ms, MAX_TIMER_MS)),
    clearTimer: (timer: Timer) => clearTimeout(timer as NodeJS.Timeout),
  }),
);
