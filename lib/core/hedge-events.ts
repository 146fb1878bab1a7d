import type { OfMethod } from './events.js';

/** Why no hedge was started. `body`: an argument can be sent only once. */
export type HedgeRefusal = 'budget' | 'circuit-open' | 'body';

/** An attempt is slow, and another was started beside it. */
export interface HedgeStarted extends OfMethod {
  readonly type: 'hedge_started';
  /** The circuit around the method, if there is one. */
  readonly circuit?: string;
  /** The attempt that was started: 2, 3, … */
  readonly attempt: number;
  /** How long the attempt before it has been running. */
  readonly waitMs: number;
  /** True if chaos has delayed that attempt. */
  readonly chaos?: true;
}

/** An attempt is slow, but no hedge was started, and none will be for this call. */
export interface HedgeRefused extends OfMethod {
  readonly type: 'hedge_refused';
  readonly circuit?: string;
  /** The attempt that was not started: 2, 3, … */
  readonly attempt: number;
  readonly reason: HedgeRefusal;
}
