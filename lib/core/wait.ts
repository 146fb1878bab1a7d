import type { Call } from './call.js';
import type { Clock, Timer } from './clock.js';

/**
 * Resolves when the time is over, the caller aborts, the circuit refuses or the call's time limit ends, whichever is
 * first; leaves nothing behind.
 * @returns whether it was the circuit, which may have closed again by then
 */
export function wait(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  { admission, limit }: Call,
): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: Timer;
    const finish = (isRefused: boolean): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', end);
      ignoreCircuit?.();
      ignoreLimit?.();
      resolve(isRefused);
    };
    const end = (): void => finish(false);
    // The timer comes last: a clock of a test may call back at once.
    signal?.addEventListener('abort', end);
    const ignoreCircuit = admission.onRefusing(() => finish(true));
    const ignoreLimit = limit?.onEnd(end);
    timer = clock.setTimer(end, ms);
  });
}
