import type { CircuitGate } from '../../core/call.js';
import type { Clock, Timer } from '../../core/clock.js';

/** Resolves when the time is over, the caller aborts or the circuit refuses, whichever is first; leaves nothing behind. */
export function wait(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  circuit: CircuitGate | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    let timer: Timer;
    const finish = (): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', finish);
      ignoreCircuit?.();
      resolve();
    };
    // The timer comes last: a clock of a test may call back at once.
    signal?.addEventListener('abort', finish);
    const ignoreCircuit = circuit?.onRefusing(finish);
    timer = clock.setTimer(finish, ms);
  });
}
