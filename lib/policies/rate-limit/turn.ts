import type { Call } from '../../call/call.js';
import type { StopCause } from '../../call/stop.js';
import type { Timer } from '../../core/clock.js';
import type { Gate } from './gate.js';
import type { Pass } from './state.js';

/** How a wait at a gate ended: the call passes, the time is over, or the call should stop. */
export interface Turn {
  readonly ended: 'passed' | 'late' | 'stopped';
  readonly pass?: Pass | undefined;
  readonly cause?: StopCause | undefined;
}

/** Waits until the call passes, at most so long, or until it should stop; leaves neither timer nor listener behind. */
export function turn(
  gate: Gate,
  { ticket, notBefore }: { readonly ticket: number; readonly notBefore: number },
  maxWaitMs: number,
  { site, stop }: Call,
): Promise<Turn> {
  const { clock } = site;
  return new Promise((resolve) => {
    let timer: Timer;
    const finish = (how: Turn): void => {
      clock.clearTimer(timer);
      ignoreStop();
      if (how.ended !== 'passed') gate.quit(waiting);
      resolve(how);
    };
    const waiting = gate.join(ticket, clock, (pass) => finish({ ended: 'passed', pass }), notBefore);
    const ignoreStop = stop.onStop(() => finish({ ended: 'stopped', cause: stop.cause }));
    // The timer comes last: a clock of a test may call back at once.
    timer = clock.setTimer(() => finish({ ended: 'late' }), maxWaitMs);
  });
}
