import type { Timer } from '../core/clock.js';
import type { Call } from './call.js';
import type { StopCause } from './scope.js';

/** How a wait ended: the call was admitted, `maxWaitMs` was over, or the call should stop. */
export type Turn = 'admitted' | 'late' | { readonly stop: StopCause };

/** A queue of waiting calls: of a bulkhead, a limiter or a gate. */
export interface WaitingLine<Place> {
  /** Takes a place. Calls `admit` later, when the call may run and has left its place. */
  readonly join: (admit: () => void) => Place;
  /** Gives up a place before the call was admitted. */
  readonly quit: (place: Place) => void;
  /** Called when `maxWaitMs` is over: admits calls whose turn is in this very millisecond. */
  readonly serve?: () => void;
}

/** Waits for the call's turn, at most `maxWaitMs`, or until the call should stop. Removes its timer and listener. */
export function waitForTurn<Place>(
  line: WaitingLine<Place>,
  maxWaitMs: number,
  { context, stop }: Call,
): Promise<Turn> {
  const { clock } = context;
  return new Promise((resolve) => {
    let timer: Timer;
    let isOver = false;
    const finish = (how: Turn): void => {
      isOver = true;
      clock.clearTimer(timer);
      ignoreStop();
      if (how !== 'admitted') line.quit(place);
      resolve(how);
    };
    const place = line.join(() => finish('admitted'));
    const ignoreStop = stop.onStop(() => finish({ stop: stop.cause as StopCause }));
    // The timer is started last: a test's clock may call back synchronously.
    timer = clock.setTimer(() => {
      line.serve?.();
      if (!isOver) finish('late');
    }, maxWaitMs);
  });
}
