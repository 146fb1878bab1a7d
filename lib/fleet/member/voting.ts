import type { BackgroundTimers } from '../background.js';
import type { CircuitPort } from '../circuit-port.js';
import type { Reply } from '../protocol/reply.js';
import { type MemberContext, SPREAD_MS } from './context.js';
import type { Known } from './known.js';
import { seconds } from './rules.js';

/** What voting needs of the member that votes. */
export interface Voter {
  readonly record: Known;
  readonly members: number;
  say(op: string, args: readonly string[]): Promise<Reply | undefined>;
}

/** A member's vote to open: for its own trip, or because another tripped and it is half-way there itself. */
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

  /** A new epoch: all votes are gone. */
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

  /** Takes the vote back, if there is one. */
  retract(): void {
    if (this.#context.clock.now() >= this.#voteUntil) return;
    this.#voteUntil = 0;
    void this.#voter.say('retract', [this.#context.member]);
  }

  /** Somebody tripped. */
  motion(): void {
    this.#motionUntil = this.#context.clock.now() + this.#context.rules.presenceMs;
    this.second();
  }

  /** Votes with the one who tripped, after a while, if it is half-way there and still is by then. */
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
