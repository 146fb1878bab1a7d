import type { Timed } from './timed.js';

/**
 * No answer. `reset`: a TCP RST before any header; `hang-up`: a FIN before any header; `not-http`: bytes of another
 * protocol; `stall`: nothing until the client leaves.
 */
export interface NoAnswer extends Timed {
  readonly type: 'reset' | 'hang-up' | 'not-http' | 'stall';
}

/** How a connection ends too early: `reset` is a TCP RST, `fin` an orderly close. */
export type Ending = 'reset' | 'fin';
