/** Whether a call of a half-open circuit may be a probe; if not, when to ask again, in milliseconds since the epoch. */
export type ProbeAnswer = { readonly admitted: true } | { readonly admitted: false; readonly askAgainAt: number };

export const ADMITTED: ProbeAnswer = Object.freeze({ admitted: true });

/**
 * Takes part in a circuit's decisions from outside, for example for the circuits of other processes. Not called for
 * calls that pass a closed circuit without failures. Never throws, and its promises never reject.
 */
export interface CircuitPeer {
  /** A call failed, and the circuit is still closed. */
  failed(): void;
  /** A call succeeded after failures, and the circuit is closed. */
  succeeded(): void;
  /** The circuit is half-open and would admit this call. Returns a promise only if other processes must be asked. */
  probe(): ProbeAnswer | Promise<ProbeAnswer>;
  /** How a probe ended. */
  probed(outcome: 'success' | 'failure' | 'ignored'): void;
}
