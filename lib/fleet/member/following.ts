import type { BackgroundTimers } from '../background.js';
import type { Adoption, CircuitPort } from '../circuit-port.js';
import { type MemberContext, SPREAD_MS } from './context.js';
import { closesWith, hasEvidence, ownUntil, type Stance, stanceAtOpening } from './rules.js';
import type { Voter } from './voting.js';

/** The cause of transitions that this member decides alone. */
const ALONE: Adoption = Object.freeze({ isOwn: true, votes: 0, members: 0 });

/** Decides whether a circuit follows changes of the fleet's record or trusts its own calls instead. */
export class Following {
  stance: Stance = 'apart';
  readonly #context: MemberContext;
  readonly #port: CircuitPort;
  readonly #voter: Voter;
  readonly #timers: BackgroundTimers;
  /** True if the circuit's own rules opened it, independently of the fleet. */
  #hasTripped = false;

  constructor(context: MemberContext, port: CircuitPort, voter: Voter, timers: BackgroundTimers) {
    this.#context = context;
    this.#port = port;
    this.#voter = voter;
    this.#timers = timers;
  }

  /** The fleet opened. */
  fleetOpened(adoption: Adoption): void {
    const { mode } = this.#port.settings();
    const view = this.#port.view(this.#now);
    const stance = stanceAtOpening(view, this.stance, mode, this.#now, this.#context.rules.trustMs);
    this.#setStance(stance);
    if (stance === 'following') this.#open(this.#voter.record.until, adoption);
    else if (stance === 'alert') this.#context.emit({ type: 'fleet_alerted', circuit: this.#port.label });
  }

  /** The fleet closed. */
  fleetClosed(cause: string, adoption: Adoption): void {
    const followed = this.stance === 'following';
    this.stance = 'apart';
    const { mode, rampUpMs } = this.#port.settings();
    const { state } = this.#port.view(this.#now);
    if (mode !== 'on' || state === 'closed') return;
    if (!closesWith(cause, this.#hasTripped || !followed)) return;
    this.#hasTripped = false;
    this.#port.adopt({ kind: 'closed', rampUpMs: rampUpMs || this.#context.rules.rampUpMs }, adoption);
  }

  /** The circuit was isolated in the whole fleet. */
  fleetIsolated(why: string, adoption: Adoption): void {
    this.stance = 'apart';
    if (this.#port.settings().mode === 'on') this.#port.adopt({ kind: 'isolated', reason: why || undefined }, adoption);
  }

  /** The circuit's own rules opened it. */
  opened(): void {
    this.#hasTripped = true;
    if (this.stance === 'alert') this.#setStance('own');
    else if (this.stance === 'own') {
      this.#setStance('following');
      this.#open(this.#voter.record.until);
    }
  }

  /** The circuit's own rules closed it. While the fleet is open, this is evidence that the upstream answers. */
  closed(): void {
    this.#hasTripped = false;
    if (this.#voter.record.state === 'open') this.#setStance('alert');
  }

  /** A call failed. On alert, the circuit opens for one recovery of its own. Returns false if not on alert. */
  failed(): boolean {
    if (this.stance !== 'alert') return false;
    const { mode, recoveryMs } = this.#port.settings();
    if (mode !== 'on') return true;
    this.#setStance('own');
    this.#open(this.#now + recoveryMs);
    return true;
  }

  /** Reports the own evidence again: in the store it ends with the member's presence, or may have been lost. */
  renewEvidence(): void {
    const { record } = this.#voter;
    const now = this.#now;
    if (record.state !== 'open' || !hasEvidence(this.#port.view(now), now, this.#context.rules.trustMs)) return;
    if (this.stance === 'alert') void this.#sayWell(true);
    else if (this.stance === 'apart') this.#setStance('alert');
  }

  get #now(): number {
    return this.#context.clock.now();
  }

  #open(until: number, adoption: Adoption = ALONE): void {
    const { clock, random } = this.#context;
    const { trips, why } = this.#voter.record;
    const reason = why === 'probe' ? 'probe' : 'quorum';
    this.#port.adopt({ kind: 'open', until: ownUntil(until, clock.now(), random()), trips, reason }, adoption);
  }

  /** Sets the stance. After a random delay, reports to the store if the member has gone on alert or is no longer. */
  #setStance(stance: Stance): void {
    const was = this.stance;
    this.stance = stance;
    const isWell = stance === 'alert';
    const { state, epoch } = this.#voter.record;
    if (state !== 'open' || (!isWell && was !== 'alert')) return;
    this.#timers.after(SPREAD_MS * this.#context.random(), () => {
      if (this.#voter.record.epoch === epoch && (this.stance === 'alert') === isWell) void this.#sayWell(isWell);
    });
  }

  async #sayWell(isWell: boolean): Promise<void> {
    const { member, rules } = this.#context;
    const { members } = this.#voter;
    const args = [member, isWell ? '1' : '0', String(rules.quorum), String(rules.presenceMs), String(members)];
    await this.#voter.say('well', args);
  }
}
