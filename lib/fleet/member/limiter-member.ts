import { BackgroundTimers } from '../background.js';
import type { LimiterPort } from '../limiter-port.js';
import type { FleetMessage } from '../protocol/message.js';
import type { Reply } from '../protocol/reply.js';
import { type MemberContext, randomId, SPREAD_MS, turnMs } from './context.js';
import { ALONE, counted, type Sharing } from './sharing.js';

/** Looks that messages ask for are not closer than this. */
const LOOK_AGAIN_MS = 1000;

/**
 * The limiters of one name in this process, whose limit the members of the fleet divide evenly. No call asks the store: it
 * is asked when the process comes, at the first call after a silence, twice a minute while there are calls, and when
 * other members have come or left.
 */
export class LimiterMember {
  /** Called when its limiters have been forgotten. */
  onGone: () => void = () => undefined;
  readonly #context: MemberContext;
  readonly #name: string;
  readonly #label: string;
  readonly #timers: BackgroundTimers;
  /** Methods may have several limiters of one name, such as for requests and for tokens. */
  readonly #ports = new Set<LimiterPort>();
  #sharing: Sharing = ALONE;
  /** Whether the store counts this member. */
  #isIn = false;
  /** Whether there was a call since the store last counted it; one that comes is about to have calls. */
  #hasCalls = true;
  /** No call for a whole turn: the next one counts it in at once. */
  #isSilent = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** What was published last, while a look is due because of it. */
  #told: number | undefined;
  #isClosed = false;

  constructor(context: MemberContext, { name, label }: LimiterPort) {
    this.#context = context;
    this.#name = name;
    this.#label = label;
    this.#timers = new BackgroundTimers(context.clock);
    this.#waitForTurn();
  }

  /** Among how many the limit is divided. */
  get members(): number {
    return this.#sharing.members;
  }

  add(port: LimiterPort): void {
    this.#ports.add(port);
    port.onNextCall(() => this.#called());
    this.#divide(port);
  }

  /** Asks the store how many there are, and counts this member in if it has calls. */
  async look(): Promise<void> {
    const { rules, clock } = this.#context;
    const as = this.#isOff ? 'out' : this.#hasCalls ? 'in' : 'look';
    if (this.#isClosed || (as === 'out' && !this.#isIn)) return;
    if (as === 'in') this.#awaitCalls();
    if (as !== 'look') this.#isIn = as === 'in';
    this.#lookedAt = clock.now();
    const reply = await this.#say(as, rules.presenceMs);
    // Without the store everybody keeps the share of before: together they keep the limit.
    if (!reply || this.#isClosed) return;
    const { record, numbers } = reply;
    const before = this.members;
    this.#sharing = counted(this.#sharing, record.id, numbers[0] ?? 1, clock.now(), rules.presenceMs);
    for (const port of this.#ports) this.#divide(port);
    if (this.members !== before)
      this.#context.emit({ type: 'fleet_shared', limiter: this.#label, members: this.members });
  }

  /** Anybody may publish: what is said is worth a look, and no more than one a second. */
  heard(message: FleetMessage): void {
    if (this.#isClosed || message.kind !== 'share') return;
    const isDue = this.#told !== undefined;
    if (!isDue && message.members === this.members) return;
    this.#told = message.members;
    if (isDue) return;
    const { clock, random } = this.#context;
    const againMs = this.#lookedAt + LOOK_AGAIN_MS - clock.now();
    this.#timers.after(Math.max(SPREAD_MS * random(), againMs), () => {
      const isNews = this.#told !== this.members;
      this.#told = undefined;
      if (isNews) void this.look();
    });
  }

  /** Each limiter has its whole limit again; the others are told, as far as the store answers. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timers.clear();
    for (const port of this.#ports) port.shareAmong(1);
    if (this.#isIn) await this.#say('out', 0);
  }

  get #isOff(): boolean {
    return [...this.#ports].every((port) => port.mode() === 'off');
  }

  /** A record that the store has lost gets another id, though the same member makes it again. */
  #say(as: 'in' | 'out' | 'look', presenceMs: number): Promise<Reply | undefined> {
    const { line, member, random } = this.#context;
    return line.run('share', this.#name, randomId(random), [member, as, String(presenceMs)]);
  }

  #divide(port: LimiterPort): void {
    port.shareAmong(port.mode() === 'on' ? this.members : 1);
  }

  #called(): void {
    this.#hasCalls = true;
    if (!this.#isSilent) return;
    this.#isSilent = false;
    void this.look();
  }

  #awaitCalls(): void {
    this.#hasCalls = false;
    for (const port of this.#ports) port.onNextCall(() => this.#called());
  }

  #turn(): void {
    this.#isSilent = !this.#hasCalls;
    if (this.#hasCalls || this.#isOff) void this.look();
  }

  #waitForTurn(): void {
    this.#timers.after(turnMs(this.#context), () => {
      for (const port of this.#ports) if (port.isGone) this.#ports.delete(port);
      if (this.#ports.size === 0) return this.onGone();
      this.#turn();
      this.#waitForTurn();
    });
  }
}
