import { beforeNextIo, monotonicNow } from './real-time.js';

/** This many timers in one millisecond are a burst; in a burst, this many share one reading of the clock. */
const BURST = 16;

/** A moment of the monotonic clock, in milliseconds. */
export interface Moment {
  /** Infinity until it is known. */
  at: number;
}

let latest: Moment = { at: 0 };
let startsInThisMs = 0;
let sharesLeft = 0;
let isEndExpected = false;

/**
 * The moment at which a timer starts. In a burst it is a little later: reading the clock is a tenth of what a timer
 * costs that is cancelled soon, so several share a moment, which is read with the last of them, and before the next I/O
 * at the latest. So no timer fires early.
 */
export function startMoment(): Moment {
  if (sharesLeft > 0) {
    if (sharesLeft === 1) tellMoment();
    else sharesLeft -= 1;
    return latest;
  }
  const moment = { at: monotonicNow() };
  startsInThisMs = moment.at - latest.at < 1 ? startsInThisMs + 1 : 0;
  latest = moment;
  if (startsInThisMs >= BURST) beginSharing();
  return moment;
}

function beginSharing(): void {
  latest = { at: Infinity };
  sharesLeft = BURST;
  if (isEndExpected) return;
  isEndExpected = true;
  beforeNextIo(() => {
    isEndExpected = false;
    startsInThisMs = 0;
    tellMoment();
  });
}

/** Reads the clock for those who share a moment that is not known yet. */
export function tellMoment(): void {
  if (sharesLeft > 0) latest.at = monotonicNow();
  sharesLeft = 0;
}
