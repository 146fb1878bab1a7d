import type { Clock } from '../../core/clock.js';
import type { Bulkhead } from './bulkhead.js';

/**
 * Waits in line until a permit is in hand, at most so long; leaves neither timer nor listener behind.
 * @returns whether it came to a permit in time
 * @throws the caller's reason, when he aborts
 */
export function turn(
  bulkhead: Bulkhead,
  clock: Clock,
  maxWaitMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', abort);
    };
    const quit = (): void => {
      finish();
      bulkhead.quit(place);
    };
    const abort = (): void => {
      quit();
      reject(signal?.reason as Error);
    };
    const place = bulkhead.waitInLine(() => {
      finish();
      resolve(true);
    });
    const timer = clock.setTimer(() => {
      quit();
      resolve(false);
    }, maxWaitMs);
    signal?.addEventListener('abort', abort);
  });
}
