import type { CircuitPeer, ProbeAnswer } from './peer.js';
import type { CircuitState, Outcome } from './state.js';
import { retryAfterMs } from './state.js';

/** What a circuit has to do with those outside who take part in its decisions, and what they see of its calls. */
export class Outside {
  /** Asked about failures and probes, if there is one. */
  peer: CircuitPeer | undefined;
  /** How many calls have succeeded, and how many outcomes were counted. */
  successes = 0;
  outcomes = 0;
  /** Others have the probes until then: what is rejected says so. */
  heldUntil = 0;

  /** What they say of a call that would be a probe; undefined if there is nothing to ask. */
  ask(state: CircuitState, now: number): ProbeAnswer | Promise<ProbeAnswer> | undefined {
    if (!this.peer || state.kind !== 'half-open' || retryAfterMs(state, now) > 0) return undefined;
    const answer = this.peer.probe();
    if (!(answer instanceof Promise) && !answer.admitted) this.heldUntil = answer.askAgainAt;
    return answer;
  }

  /** How long the circuit rejects calls, or the others have the probes. */
  retryAfterMs(state: CircuitState, now: number): number {
    return Math.max(retryAfterMs(state, now), state.kind === 'closed' ? 0 : Math.ceil(this.heldUntil - now));
  }

  /** An outcome was counted. They count a probe also if the circuit has moved on. */
  counted(outcome: Outcome, lease: number): void {
    this.outcomes += 1;
    if (lease > 0) this.peer?.probed(outcome === 'rejected' ? 'success' : outcome);
  }

  /** What the outcome of a call has made of the state. */
  moved(before: CircuitState, after: CircuitState, outcome: Outcome): void {
    if (!this.peer || after.kind !== 'closed' || before.kind !== 'closed') return;
    if (outcome === 'failure') this.peer.failed();
    else if (outcome === 'success' && before.failures > 0) this.peer.succeeded();
  }
}
