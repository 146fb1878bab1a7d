import { type Clock, systemClock } from './clock.js';

/** Calls in the same millisecond that make a burst, and calls in a burst for which the clock is read once. */
const BURST = 16;

const realNow = Date.now;
const nextTurn = globalThis.setImmediate ?? ((callback: () => void) => setTimeout(callback, 0));

/**
 * Reads a clock for calls that cost so little that reading it would be half of their price, such as refusals while a
 * circuit is open. In a burst of them, within one turn of the event loop, the real time is read for every sixteenth
 * call only. Any other clock is always read, and so is a `Date` that a test has put in its place.
 */
export function burstClock(clock: Clock): () => number {
  if (clock !== systemClock) return () => clock.now();
  let last = 0;
  let alike = 0;
  let unread = 0;
  let inBurst = false;
  const endBurst = (): void => {
    alike = 0;
    unread = 0;
    inBurst = false;
  };
  const read = (): number => {
    const now = clock.now();
    alike = now === last ? alike + 1 : 0;
    last = now;
    if (alike >= BURST && Date.now === realNow) {
      unread = BURST;
      if (!inBurst) nextTurn(endBurst).unref?.();
      inBurst = true;
    }
    return now;
  };
  return () => {
    if (unread === 0 || Date.now !== realNow) return read();
    unread -= 1;
    return last;
  };
}
