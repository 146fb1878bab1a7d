import type { Call } from '../../call/call.js';
import type { StopCause } from '../../call/stop.js';
import type { Timer } from '../../core/clock.js';
import type { Bulkhead } from './bulkhead.js';

/** How a wait in line ended: with a permit, with the time over, or because the call should stop. */
export type Turn = 'permit' | 'late' | { readonly stop: StopCause };

/**
 * Waits in line until a permit is free, at most so long, or until the call should stop; leaves neither timer nor listener
 * behind.
 */
export function turn(bulkhead: Bulkhead, maxWaitMs: number, { site, stop }: Call): Promise<Turn> {
  const { clock } = site;
  return new Promise((resolve) => {
    let timer: Timer;
    const finish = (how: Turn): void => {
      clock.clearTimer(timer);
      ignoreStop();
      if (how !== 'permit') bulkhead.quit(waiting);
      resolve(how);
    };
    const waiting = bulkhead.waitInLine(() => finish('permit'));
    const ignoreStop = stop.onStop(() => finish({ stop: stop.cause as StopCause }));
    // The timer comes last: a clock of a test may call back at once.
    timer = clock.setTimer(() => finish('late'), maxWaitMs);
  });
}
