import type { CircuitGate } from './call.js';
import type { Clock } from './clock.js';

/** Resolves when the time is over, the caller aborts or the circuit refuses, whichever is first; leaves nothing behind. */
export function wait(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  circuit: CircuitGate | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', finish);
      ignoreCircuit?.();
      resolve();
    };
    const timer = clock.setTimer(finish, ms);
    signal?.addEventListener('abort', finish);
    const ignoreCircuit = circuit?.onRefusing(finish);
  });
}
