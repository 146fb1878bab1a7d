import type { BackgroundTimers } from '../background.js';
import type { CircuitPort } from '../circuit-port.js';
import type { Reply } from '../protocol/reply.js';
import { type MemberContext, SPREAD_MS } from './context.js';
import type { Known } from './known.js';
import { seconds } from './rules.js';

/** The parts of a member that voting uses. */
export interface Voter {
  readonly record: Known;
  readonly members: number;
  say(op: string, args: readonly string[]): Promise<Reply | undefined>;
}

/** A member's vote to open the fleet: for its own trip, or with another member if it is half-way to its own trip. */
export class Voting {
  readonly #context: MemberContext;
  readonly #port: CircuitPort;
  readonly #voter: Voter;
  readonly #timers: BackgroundTimers;
  #voteUntil = 0;
  #motionUntil = 0;

  constructor(context: MemberContext, port: CircuitPort, voter: Voter, timers: BackgroundTimers) {
    this.#context = context;
    this.#port = port;
    this.#voter = voter;
    this.#timers = timers;
  }

  /** Begins a new epoch, which has no votes. */
  begin(): void {
    this.#voteUntil = this.#motionUntil = 0;
  }

  async vote(): Promise<void> {
    const { member, rules, clock } = this.#context;
    const { recoveryMs, recoveryGrowth, maxRecoveryMs } = this.#port.settings();
    this.#voteUntil = clock.now() + rules.presenceMs;
    const presence = String(rules.presenceMs);
    const recovery = [recoveryMs, recoveryGrowth, maxRecoveryMs, recoveryMs, this.#voter.members].map(String);
    await this.#voter.say('vote', [member, presence, String(rules.quorum), presence, ...recovery]);
  }

  /** Withdraws the vote if there is one. */
  retract(): void {
    if (this.#context.clock.now() >= this.#voteUntil) return;
    this.#voteUntil = 0;
    void this.#voter.say('retract', [this.#context.member]);
  }

  /** Another member voted to open. */
  motion(): void {
    this.#motionUntil = this.#context.clock.now() + this.#context.rules.presenceMs;
    this.second();
  }

  /** Votes with the other member if this one is half-way to its own trip, now and after a random delay. */
  second(): void {
    if (!this.#isSeconding()) return;
    const motion = this.#motionUntil;
    this.#timers.after(SPREAD_MS * this.#context.random(), () => {
      if (this.#motionUntil !== motion || !this.#isSeconding()) return;
      this.#context.emit({ type: 'fleet_seconded', circuit: this.#port.label });
      void this.vote();
    });
  }

  #isSeconding(): boolean {
    const now = this.#context.clock.now();
    return seconds(this.#port.view(now), this.#voter.record, this.#motionUntil, this.#voteUntil, now);
  }
}
