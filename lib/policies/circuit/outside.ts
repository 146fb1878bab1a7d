import type { CircuitPeer, ProbeAnswer } from './peer.js';
import { failuresIn } from './row.js';
import type { CircuitState, Outcome } from './state.js';
import { retryAfterMs } from './state.js';

/** Connects a circuit with its peer outside, and counts the calls for the peer. */
export class Outside {
  /** Takes part in decisions about failures and probes; undefined if there is none. */
  peer: CircuitPeer | undefined;
  /** How many calls succeeded, and how many outcomes were counted. */
  successes = 0;
  outcomes = 0;
  /** Until then (milliseconds since the epoch) other processes have the probes. Part of `retryAfterMs`. */
  heldUntil = 0;

  /** The peer's answer about a call that would be a probe; undefined if there is no need to ask. */
  ask(state: CircuitState, now: number): ProbeAnswer | Promise<ProbeAnswer> | undefined {
    if (!this.peer || state.kind !== 'half-open' || retryAfterMs(state, now) > 0) return undefined;
    const answer = this.peer.probe();
    if (!(answer instanceof Promise) && !answer.admitted) this.heldUntil = answer.askAgainAt;
    return answer;
  }

  /** Milliseconds for which the circuit rejects calls or other processes have the probes. */
  retryAfterMs(state: CircuitState, now: number): number {
    return Math.max(retryAfterMs(state, now), state.kind === 'closed' ? 0 : Math.ceil(this.heldUntil - now));
  }

  /** Counts an outcome. The peer counts a probe even if the circuit has left the epoch. */
  counted(outcome: Outcome, lease: number): void {
    this.outcomes += 1;
    if (lease > 0) this.peer?.probed(outcome === 'rejected' ? 'success' : outcome);
  }

  /** Tells the peer about a failure, or a success after failures, in a closed circuit. */
  moved(before: CircuitState, after: CircuitState, outcome: Outcome): void {
    if (!this.peer || after.kind !== 'closed' || before.kind !== 'closed') return;
    if (outcome === 'failure') this.peer.failed();
    else if (outcome === 'success' && failuresIn(before) > 0) this.peer.succeeded();
  }
}
