/** Whether a call of a half-open circuit may be a probe; if not, when to ask again. */
export type ProbeAnswer = { readonly admitted: true } | { readonly admitted: false; readonly askAgainAt: number };

export const ADMITTED: ProbeAnswer = Object.freeze({ admitted: true });

/**
 * Takes part in a circuit's decisions from outside, such as the circuits of other processes. Never asked about a call
 * that passes a closed circuit without failures. Never throws, and its promises never reject.
 */
export interface CircuitPeer {
  /** A call failed, and the circuit is closed still. */
  failed(): void;
  /** A call succeeded after failures, and the circuit is closed. */
  succeeded(): void;
  /** The circuit is half-open and would admit this call. A promise only if others must be asked. */
  probe(): ProbeAnswer | Promise<ProbeAnswer>;
  /** How a probe ended. */
  probed(outcome: 'success' | 'failure' | 'ignored'): void;
}
