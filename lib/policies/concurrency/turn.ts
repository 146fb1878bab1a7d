import type { CallLimit } from '../../core/call.js';
import type { Clock } from '../../core/clock.js';
import type { Bulkhead } from './bulkhead.js';

/**
 * Waits in line until a permit is in hand, at most so long; leaves neither timer nor listener behind.
 * @returns whether it came to a permit in time
 * @throws the caller's reason, when he aborts, and that of the call's time limit, when it ends
 */
export function turn(
  bulkhead: Bulkhead,
  clock: Clock,
  maxWaitMs: number,
  signal: AbortSignal | undefined,
  limit: CallLimit | undefined,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', abort);
      ignoreLimit?.();
    };
    const quit = (): void => {
      finish();
      bulkhead.quit(place);
    };
    const abort = (): void => {
      quit();
      reject((signal?.aborted ? signal.reason : limit?.ended?.reason) as Error);
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
    const ignoreLimit = limit?.onEnd(abort);
  });
}
