import type { Call } from './call.js';
import type { Clock, Timer } from './clock.js';

/**
 * Resolves when the time is over, the caller aborts, the circuit refuses or the call's time limit ends, whichever is
 * first; leaves nothing behind.
 */
export function wait(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  { admission, limit }: Call,
): Promise<void> {
  return new Promise((resolve) => {
    let timer: Timer;
    const finish = (): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', finish);
      ignoreCircuit?.();
      ignoreLimit?.();
      resolve();
    };
    // The timer comes last: a clock of a test may call back at once.
    signal?.addEventListener('abort', finish);
    const ignoreCircuit = admission.onRefusing(finish);
    const ignoreLimit = limit?.onEnd(finish);
    timer = clock.setTimer(finish, ms);
  });
}
