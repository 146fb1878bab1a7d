import type { OfMethod } from './of-method.js';

/** Why no hedge was started. `body`: an argument can be sent only once. */
export type HedgeRefusal = 'budget' | 'circuit-open' | 'body';

/** An attempt was slow, and another was started beside it. */
export interface HedgeStarted extends OfMethod {
  readonly type: 'hedge_started';
  /** The circuit around the method, if there is one. */
  readonly circuit?: string;
  /** The number of the attempt that was started: 2, 3, … */
  readonly attempt: number;
  /** How long the previous attempt had been running, in milliseconds. */
  readonly waitMs: number;
  /** True if chaos has delayed that attempt. */
  readonly chaos?: true;
}

/** An attempt was slow, but no hedge was started. This call starts no hedge any later. */
export interface HedgeRefused extends OfMethod {
  readonly type: 'hedge_refused';
  readonly circuit?: string;
  /** The number of the attempt that was not started: 2, 3, … */
  readonly attempt: number;
  readonly reason: HedgeRefusal;
}
