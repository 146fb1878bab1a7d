import { BackgroundTimers } from '../background.js';
import type { LimiterPort } from '../limiter-port.js';
import type { FleetMessage } from '../protocol/message.js';
import type { Reply } from '../protocol/reply.js';
import { type MemberContext, randomId, SPREAD_MS, turnMs } from './context.js';
import { ALONE, counted, type Sharing } from './sharing.js';

/** The least time between two reads that messages cause. */
const LOOK_AGAIN_MS = 1000;

/**
 * The limiters of one name in this process. The members of the fleet divide their limit evenly. Calls do not wait for
 * the store. The member asks it at the start, at the first call after a silence, every turn while there are calls, and
 * when other members have come or left.
 */
export class LimiterMember {
  /** Called when its limiters have been garbage-collected. */
  onGone: () => void = () => undefined;
  readonly #context: MemberContext;
  readonly #name: string;
  readonly #label: string;
  readonly #timers: BackgroundTimers;
  /** Methods may have several limiters of one name, for example for requests and for tokens. */
  readonly #ports = new Set<LimiterPort>();
  #sharing: Sharing = ALONE;
  /** True if the store counts this member. */
  #isIn = false;
  /** True if there was a call since the store last counted it. True at the start: calls are expected. */
  #hasCalls = true;
  /** True if there was no call for a whole turn. The next call then counts the member in at once. */
  #isSilent = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** The number of members in the latest message, while a read because of it is due. */
  #announced: number | undefined;
  #isClosed = false;

  constructor(context: MemberContext, { name, label }: LimiterPort) {
    this.#context = context;
    this.#name = name;
    this.#label = label;
    this.#timers = new BackgroundTimers(context.clock);
    this.#waitForTurn();
  }

  /** The number of members that divide the limit. */
  get members(): number {
    return this.#sharing.members;
  }

  add(port: LimiterPort): void {
    this.#ports.add(port);
    port.onNextCall(() => this.#called());
    this.#divide(port);
  }

  /** Asks the store for the number of members, and counts this member in if it has calls. */
  async look(): Promise<void> {
    const { rules, clock } = this.#context;
    const as = this.#isOff ? 'out' : this.#hasCalls ? 'in' : 'look';
    if (this.#isClosed || (as === 'out' && !this.#isIn)) return;
    if (as === 'in') this.#awaitCalls();
    if (as !== 'look') this.#isIn = as === 'in';
    this.#lookedAt = clock.now();
    const reply = await this.#say(as, rules.presenceMs);
    // Without the store, every member keeps its share, so that together they keep the limit.
    if (!reply || this.#isClosed) return;
    const { record, numbers } = reply;
    const before = this.members;
    this.#sharing = counted(this.#sharing, record.id, numbers[0] ?? 1, clock.now(), rules.presenceMs);
    for (const port of this.#ports) this.#divide(port);
    if (this.members !== before)
      this.#context.emit({ type: 'fleet_shared', limiter: this.#label, members: this.members });
  }

  /** A message is not trusted, because anyone may publish: it only causes a read, at most one per second. */
  heard(message: FleetMessage): void {
    if (this.#isClosed || message.kind !== 'share') return;
    const isDue = this.#announced !== undefined;
    if (!isDue && message.members === this.members) return;
    this.#announced = message.members;
    if (isDue) return;
    const { clock, random } = this.#context;
    const againMs = this.#lookedAt + LOOK_AGAIN_MS - clock.now();
    this.#timers.after(Math.max(SPREAD_MS * random(), againMs), () => {
      const isNews = this.#announced !== this.members;
      this.#announced = undefined;
      if (isNews) void this.look();
    });
  }

  /** Gives each limiter its whole limit again, and counts this member out in the store. */
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

  /** Uses a new random id each time: if the store has lost the record, the new record gets another id. */
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
