import type { Timer } from '../core/clock.js';
import type { Call } from './call.js';
import type { StopCause } from './stop.js';

/** How a wait ended: the call's turn came, the time was over, or the call should stop. */
export type Turn = 'admitted' | 'late' | { readonly stop: StopCause };

/** Where calls wait: a bulkhead, a limiter, a gate. */
export interface WaitingLine<Place> {
  /** Takes a place. Calls back, later, when the turn has come and the place is given up. */
  readonly join: (admit: () => void) => Place;
  /** Gives up a place before its turn. */
  readonly quit: (place: Place) => void;
  /** Called when the time is over: admits a call whose turn comes in this very millisecond. */
  readonly serve?: () => void;
}

/** Waits for the call's turn, at most so long, or until the call should stop. Leaves neither timer nor listener behind. */
export function waitForTurn<Place>(line: WaitingLine<Place>, maxWaitMs: number, { site, stop }: Call): Promise<Turn> {
  const { clock } = site;
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
    // The timer comes last: a clock of a test may call back at once.
    timer = clock.setTimer(() => {
      line.serve?.();
      if (!isOver) finish('late');
    }, maxWaitMs);
  });
}
