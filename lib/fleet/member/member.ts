import { BackgroundTimers } from '../background.js';
import { ADMITTED, type ProbeAnswer } from '../../policies/circuit/peer.js';
import type { Adoption, CircuitLink, CircuitPort } from '../circuit-port.js';
import type { FleetMessage, StateTold } from '../protocol/message.js';
import type { Reply, ToldRecord } from '../protocol/reply.js';
import { type MemberContext, randomId, SPREAD_MS, turnMs } from './context.js';
import { Following } from './following.js';
import { DECIDING, ELSEWHERE, TRANSITIONS } from './transitions.js';
import { type Known, known, nothingKnown, recordToldBy, telling } from './known.js';
import { Probing } from './probing.js';
import { type Voter, Voting } from './voting.js';

/** The least time between two reads that messages about unknown records cause. */
const LOOK_AGAIN_MS = 1000;

/** One circuit of this process in its fleet. It receives changes of the fleet's record and reports to the store. */
export class CircuitMember implements CircuitLink, Voter {
  readonly port: CircuitPort;
  /** The number of present members in the store's latest reply. */
  members = 0;
  /** Called with each new number of members. */
  onCount: (members: number) => void = () => undefined;
  /** Called when the circuit has been garbage-collected. */
  onGone: () => void = () => undefined;
  readonly #context: MemberContext;
  readonly #timers: BackgroundTimers;
  readonly #probing: Probing;
  readonly #voting: Voting;
  readonly #following: Following;
  readonly #leavePort: () => void;
  #record: Known;
  #finishedBefore = 0;
  #isSyncing = false;
  /** The number of running operations that may make a transition, and the messages that arrived meanwhile. */
  #deciding = 0;
  readonly #deferred: StateTold[] = [];
  #isSilent = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(context: MemberContext, port: CircuitPort) {
    this.#context = context;
    this.port = port;
    this.#timers = new BackgroundTimers(context.clock);
    this.#record = nothingKnown(randomId(context.random));
    this.#probing = new Probing(context, port, this);
    this.#voting = new Voting(context, port, this, this.#timers);
    this.#following = new Following(context, port, this, this.#timers);
    this.#leavePort = port.join(this);
  }

  /** The fleet's record, which may differ from the state of the member's own circuit. */
  get record(): Known {
    return this.#record;
  }

  get stance(): Following['stance'] {
    return this.#following.stance;
  }

  /** Reads the fleet's record and starts the member's turns. */
  async start(): Promise<void> {
    this.#waitForTurn();
    const reply = await this.#context.line.read(this.port.name);
    if (!reply || this.#isClosed) return;
    this.members = reply.numbers[0] ?? 0;
    this.#take(reply);
    this.#context.emit({ type: 'fleet_joined', circuit: this.port.label, members: this.members });
    // The store counts the member as present at its first call.
    this.#turn();
  }

  /**
   * Exchanges the record with the store: sends it, in case the store has lost it, and takes the reply.
   * @param hasCall true if a call is running now, so that the member counts as present
   */
  async sync(hasCall = false): Promise<void> {
    if (this.#isSyncing || this.#isClosed) return;
    this.#isSyncing = true;
    const { member, rules } = this.#context;
    const isPresent = hasCall || this.#isActive ? '1' : '0';
    this.#finishedBefore = this.port.view(this.#now).finished;
    const known = telling(this.#record, this.#now);
    const reply = await this.say('sync', [member, isPresent, String(rules.presenceMs), ...known]);
    this.#isSyncing = false;
    if (!reply || this.#isClosed) return;
    const [members = 0, votes = 0] = reply.numbers;
    this.members = members;
    this.onCount(members);
    if (reply.outcome === 'restored') this.#context.emit({ type: 'fleet_restored', circuit: this.port.label });
    if (votes > 0) this.#voting.motion();
    this.#following.renewEvidence();
  }

  heard(message: FleetMessage): void {
    if (this.#isClosed || message.kind === 'gate' || message.kind === 'share') return;
    // The message of an own operation arrives before its reply, which contains more.
    if (this.#deciding > 0 && message.kind === 'state') {
      this.#deferred.push(message);
      return;
    }
    // Anyone may publish, so a message about another record only causes a read.
    if (message.id !== this.#record.id) this.#look();
    else if (message.kind === 'state') this.#heardState(message);
    else if (message.epoch !== this.#record.epoch) return;
    else if (message.kind === 'vote') this.#voting.motion();
    else this.#probing.notBefore(this.#now + message.inMs);
  }

  opened(): void {
    this.#following.opened();
    if (this.#record.state === 'closed') void this.#voting.vote();
  }

  closed(): void {
    this.#following.closed();
    this.#voting.retract();
  }

  failed(): void {
    if (!this.#following.failed()) this.#voting.second();
  }

  succeeded(): void {
    this.#voting.retract();
  }

  probe(): ProbeAnswer | Promise<ProbeAnswer> {
    const isFleets = this.stance === 'following' && this.#record.state === 'open' && !this.#context.line.isDegraded;
    return isFleets ? this.#probing.ask() : ADMITTED;
  }

  probed(outcome: 'success' | 'failure' | 'ignored'): void {
    void this.#probing.settle(outcome);
  }

  /** Removes the member from the record, if the store answers. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timers.clear();
    this.#leavePort();
    await this.#context.line.run('leave', this.port.name, this.#record.id, [this.#context.member]);
  }

  /** Runs an operation and takes the record from the reply. */
  async say(op: string, args: readonly string[]): Promise<Reply | undefined> {
    if (DECIDING.has(op)) this.#deciding += 1;
    const reply = await this.#context.line.run(op, this.port.name, this.#record.id, args);
    if (reply && !this.#isClosed) this.#take(reply);
    if (DECIDING.has(op) && --this.#deciding === 0) for (const message of this.#deferred.splice(0)) this.heard(message);
    return reply;
  }

  get #now(): number {
    return this.#context.clock.now();
  }

  /** True if the circuit has finished calls since the last `sync`. */
  get #isActive(): boolean {
    return this.port.view(this.#now).finished !== this.#finishedBefore;
  }

  /** Takes the record from a reply. A reply comes directly from the store, so its id is trusted. */
  #take({ record, outcome, numbers }: Reply): void {
    const { id, epoch, why } = record;
    const isOwn = TRANSITIONS.has(outcome);
    const [votes = 0, members = 0] = isOwn ? numbers : [];
    if (epoch > this.#record.epoch) this.#become(record, why, { isOwn, votes, members });
    else if (epoch === this.#record.epoch && id !== '') this.#learn(id, why);
    // The store has lost its record: `sync` restores it.
    else if (epoch < this.#record.epoch) void this.sync();
  }

  /** Takes the id and the operator's reason from a reply, because messages do not contain them for a new record. */
  #learn(id: string, why: string): void {
    const isNews = why !== this.#record.why && this.#record.state === 'isolated';
    this.#record = { ...this.#record, id, why };
    if (isNews) this.#following.fleetIsolated(why, ELSEWHERE);
  }

  #heardState(message: StateTold): void {
    if (message.epoch <= this.#record.epoch) return;
    const { votes, members } = message;
    this.#become(recordToldBy(message), message.cause, { isOwn: false, votes, members });
    // The operator's reason is not in the message.
    if (message.state === 'isolated') this.#timers.after(SPREAD_MS * this.#context.random(), () => void this.sync());
  }

  #become(told: ToldRecord, cause: string, adoption: Adoption): void {
    const record = known(told, this.#now);
    this.#record = record;
    this.#voting.begin();
    this.#probing.begin();
    if (record.state === 'open') this.#following.fleetOpened(adoption);
    else if (record.state === 'closed') {
      this.#following.fleetClosed(cause, adoption);
      // While calls were rejected, no member was counted as present.
      this.#awaitCall();
    } else {
      this.#following.fleetIsolated(record.why, adoption);
      const endsInMs = record.until - this.#now;
      if (Number.isFinite(endsInMs)) this.#timers.after(Math.max(0, endsInMs) + 1, () => void this.#endIsolation());
    }
  }

  /** The store ends an isolation whose time is over. If the store does not answer, the member ends it. */
  async #endIsolation(): Promise<void> {
    const { epoch } = this.#record;
    await this.sync();
    const { state, until } = this.#record;
    if (this.#record.epoch !== epoch || state !== 'isolated' || until > this.#now) return;
    this.#record = { ...this.#record, state: 'closed', why: 'reset' };
    this.#following.fleetClosed('reset', ELSEWHERE);
  }

  #look(): void {
    if (this.#now - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = this.#now;
    void this.sync();
  }

  /** Syncs if there were calls, or if the record is not closed: it must not be lost, and its end must not be missed. */
  #turn(): void {
    if (this.#isActive || this.#record.state !== 'closed') void this.sync();
    else this.#awaitCall();
  }

  /** Syncs at the next call, so that the member counts as present. */
  #awaitCall(): void {
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.port.onNextCall(() => {
      this.#isSilent = false;
      void this.sync(true);
    });
  }

  #waitForTurn(): void {
    this.#timers.after(turnMs(this.#context), () => {
      if (this.port.isGone) return this.onGone();
      this.#turn();
      this.#waitForTurn();
    });
  }
}
