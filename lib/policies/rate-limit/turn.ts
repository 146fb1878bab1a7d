import type { Call } from '../../core/call.js';
import type { Clock, Timer } from '../../core/clock.js';
import type { Gate } from './gate.js';
import type { Pass } from './state.js';

/** How a wait at a gate ended: the call passes, the time is over, or nobody wants the call any more. */
export interface Turn {
  readonly ended: 'passed' | 'late' | 'left';
  readonly pass?: Pass | undefined;
}

/**
 * Waits until the call passes, at most so long, or until the caller aborts, the call's time limit ends or the circuit
 * rejects; leaves neither timer nor listener behind.
 */
export function turn(
  gate: Gate,
  ticket: number,
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
      if (how.ended !== 'passed') gate.quit(place);
      resolve(how);
    };
    const leave = (): void => finish({ ended: 'left' });
    const place = gate.join(ticket, clock, (pass) => finish({ ended: 'passed', pass }));
    signal?.addEventListener('abort', leave);
    const ignoreLimit = limit?.onEnd(leave);
    const ignoreCircuit = admission.onRefusing(leave);
    // The timer comes last: a clock of a test may call back at once.
    timer = clock.setTimer(() => finish({ ended: 'late' }), maxWaitMs);
  });
}
