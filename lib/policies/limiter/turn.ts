import type { Call } from '../../call/call.js';
import type { StopCause } from '../../call/stop.js';
import type { Timer } from '../../core/clock.js';
import type { Limiter } from './limiter.js';

/** How a wait in line ended: with the units taken, with the time over, or because the call should stop. */
export type Turn = 'admitted' | 'late' | { readonly stop: StopCause | undefined };

/** Waits until the call fits, at most so long, or until it should stop; leaves neither timer nor listener behind. */
export function turn(limiter: Limiter, key: string, cost: number, maxWaitMs: number, call: Call): Promise<Turn> {
  const { site, stop } = call;
  const { clock } = site;
  return new Promise((resolve) => {
    let timer: Timer;
    let isOver = false;
    const finish = (how: Turn): void => {
      isOver = true;
      clock.clearTimer(timer);
      ignoreStop();
      if (how !== 'admitted') limiter.quit(place);
      resolve(how);
    };
    const place = limiter.join(key, cost, clock, () => finish('admitted'));
    const ignoreStop = stop.onStop(() => finish({ stop: stop.cause }));
    // The timer comes last: a clock of a test may call back at once.
    timer = clock.setTimer(() => {
      // A call that is due in this very millisecond is not late.
      limiter.serve(key);
      if (!isOver) finish('late');
    }, maxWaitMs);
  });
}
