import { ADMITTED, type ProbeAnswer } from '../../policies/circuit/peer.js';
import type { CircuitPort } from '../circuit-port.js';
import type { MemberContext } from './context.js';
import type { Voter } from './voting.js';

interface Held {
  readonly lease: string;
  readonly epoch: number;
}

/** Asks the store for the probes of a half-open fleet: one request at a time, and none before a known wait ends. */
export class Probing {
  readonly #context: MemberContext;
  readonly #port: CircuitPort;
  readonly #voter: Voter;
  /** When to ask again, and when the member learnt that. */
  #askAt = 0;
  #askSince = 0;
  #isAsking = false;
  #issued = 0;
  readonly #held: Held[] = [];

  constructor(context: MemberContext, port: CircuitPort, voter: Voter) {
    this.#context = context;
    this.#port = port;
    this.#voter = voter;
  }

  /** Begins a new epoch: the wait of the old one is no longer valid. */
  begin(): void {
    this.#askAt = 0;
  }

  /** Other members have all probes: does not ask before `at`. */
  notBefore(at: number): void {
    this.#askSince = this.#context.clock.now();
    this.#askAt = at;
  }

  /** Decides whether a call may be the fleet's probe. */
  ask(): ProbeAnswer | Promise<ProbeAnswer> {
    const { clock, rules } = this.#context;
    const now = clock.now();
    // If the clock was set back, the wait must not become longer.
    if (now < this.#askAt && now >= this.#askSince) return { admitted: false, askAgainAt: this.#askAt };
    if (this.#isAsking) return { admitted: false, askAgainAt: now + rules.timeoutMs };
    this.#isAsking = true;
    return this.#asked().finally(() => {
      this.#isAsking = false;
    });
  }

  /** Returns the lease of a probe to the store, with the probe's outcome. */
  async settle(outcome: 'success' | 'failure' | 'ignored'): Promise<void> {
    const held = this.#held.shift();
    if (!held) return;
    // The lease is free again: another call may ask at once.
    if (outcome === 'ignored') this.#askAt = 0;
    const { probes, recoveryMs, recoveryGrowth, maxRecoveryMs } = this.#port.settings();
    const recovery = [recoveryMs, recoveryGrowth, maxRecoveryMs].map(String);
    const args = [held.lease, String(held.epoch), outcome, String(probes), ...recovery];
    await this.#voter.say('settle', args);
  }

  async #asked(): Promise<ProbeAnswer> {
    const { member, clock } = this.#context;
    const { epoch } = this.#voter.record;
    const { probes, probeIntervalMs } = this.#port.settings();
    const lease = `${member}.${(this.#issued += 1)}`;
    const args = [lease, String(epoch), String(Math.ceil(probeIntervalMs)), String(probes)];
    const reply = await this.#voter.say('acquire', args);
    // Without an answer of the store, this member makes its own probe.
    if (!reply) return ADMITTED;
    const now = clock.now();
    const [waitMs = 0] = reply.numbers;
    if (reply.outcome === 'granted') {
      this.#held.push({ lease, epoch });
      return ADMITTED;
    }
    if (reply.outcome === 'wait') this.notBefore(now + waitMs);
    return this.#port.view(now).state === 'closed' ? ADMITTED : { admitted: false, askAgainAt: this.#askAt || now };
  }
}
