import type { Call } from '../../core/call.js';
import type { Clock, Timer } from '../../core/clock.js';
import type { Bulkhead } from './bulkhead.js';

/** How a wait in line ended: with a permit in hand, with the time over, or because the call has no more use for one. */
export type Turn = 'permit' | 'late' | 'left';

/**
 * Waits in line until a permit is in hand, at most so long, or until the caller aborts, the call's time limit ends or the
 * circuit refuses; leaves neither timer nor listener behind.
 */
export function turn(
  bulkhead: Bulkhead,
  clock: Clock,
  maxWaitMs: number,
  signal: AbortSignal | undefined,
  { limit, admission }: Call,
): Promise<Turn> {
  return new Promise((resolve) => {
    let timer: Timer;
    const finish = (how: Turn): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', leave);
      ignoreLimit?.();
      ignoreCircuit?.();
      if (how !== 'permit') bulkhead.quit(place);
      resolve(how);
    };
    const leave = (): void => finish('left');
    const place = bulkhead.waitInLine(() => finish('permit'));
    signal?.addEventListener('abort', leave);
    const ignoreLimit = limit?.onEnd(leave);
    const ignoreCircuit = admission.onRefusing(leave);
    // The timer comes last: a clock of a test may call back at once.
    timer = clock.setTimer(() => finish('late'), maxWaitMs);
  });
}
