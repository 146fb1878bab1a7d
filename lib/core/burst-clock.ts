import { type Clock, systemClock } from './clock.js';
import { beforeNextIo, isRealTime } from './real-time.js';

/** This many calls in one millisecond are a burst; in a burst, the clock is read once per this many calls. */
const BURST = 16;

/**
 * A cheaper `now()` for very cheap calls, such as refusals while a circuit is open: there, reading the clock is half of
 * the cost. In a burst of calls within one turn of the event loop, every sixteenth call reads the system clock. Any
 * other clock, and one that a test has replaced, is read for every call.
 */
export function burstClock(clock: Clock): () => number {
  if (clock !== systemClock) return () => clock.now();
  let lastReadMs = 0;
  let callsInThisMs = 0;
  let callsBeforeNextRead = 0;
  let inBurst = false;
  const endBurst = (): void => {
    callsInThisMs = 0;
    callsBeforeNextRead = 0;
    inBurst = false;
  };
  const read = (): number => {
    const now = clock.now();
    callsInThisMs = now === lastReadMs ? callsInThisMs + 1 : 0;
    lastReadMs = now;
    if (callsInThisMs >= BURST && isRealTime()) {
      callsBeforeNextRead = BURST;
      if (!inBurst) beforeNextIo(endBurst);
      inBurst = true;
    }
    return now;
  };
  return () => {
    if (callsBeforeNextRead === 0 || !isRealTime()) return read();
    callsBeforeNextRead -= 1;
    return lastReadMs;
  };
}
