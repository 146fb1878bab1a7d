import type { FleetEvent } from '../core/fleet-events.js';
import type { FleetStats } from '../runtime/fleet-stats.js';
import { BackgroundTimers } from './background.js';
import type { CircuitPort } from './circuit-port.js';
import type { FleetHost, GatePort } from './host.js';
import type { LimiterPort } from './limiter-port.js';
import { type MemberContext, randomId } from './member/context.js';
import { GateMember } from './member/gate-member.js';
import { LimiterMember } from './member/limiter-member.js';
import { CircuitMember } from './member/member.js';
import { channelOf } from './protocol/keys.js';
import { readMessage } from './protocol/message.js';
import type { Reply } from './protocol/reply.js';
import type { FleetRules } from './rules.js';
import { Shown } from './shown.js';
import { Line } from './store/line.js';
import type { FleetStore } from './store/port.js';

const HOUR_MS = 3_600_000;

/** The membership of this process in its fleet. */
export class Membership {
  readonly line: Line;
  /** Called when the membership ends. */
  onClose: () => void = () => undefined;
  readonly rules: FleetRules;
  readonly #store: FleetStore;
  readonly #host: FleetHost;
  readonly #context: MemberContext;
  readonly #timers: BackgroundTimers;
  readonly #circuits = new Map<string, CircuitMember>();
  readonly #gates = new Map<string, GateMember>();
  readonly #limiters = new Map<string, LimiterMember>();
  readonly #leaveHost: (() => void)[];
  readonly #shown = new Shown();
  /** True if it has subscribed to the channel or is subscribing. */
  #isSubscribed = false;
  #isClosed = false;
  #isStarted = false;

  constructor(store: FleetStore, rules: FleetRules, host: FleetHost) {
    const { clock, random } = host;
    this.#store = store;
    this.#host = host;
    this.rules = rules;
    this.#timers = new BackgroundTimers(clock);
    this.line = new Line(store, {
      fleet: rules.fleet,
      timeoutMs: rules.timeoutMs,
      clock,
      random,
      onDegraded: (reason) => this.#emit({ type: 'fleet_degraded', reason }),
      onRecovered: () => this.#recovered(),
    });
    const emit = (event: FleetEvent): void => this.#emit(event);
    this.#context = { line: this.line, rules, member: randomId(random), clock, random, emit };
    this.#leaveHost = [
      host.eachCircuit((port) => this.#join(port)),
      host.eachGate((port) => this.#joinGate(port)),
      host.eachLimiter((port) => this.#joinLimiter(port)),
    ];
  }

  /** The member of a circuit. `name` is escaped for the fleet's keys. */
  memberOf(name: string): CircuitMember | undefined {
    return this.#circuits.get(name);
  }

  get members(): Iterable<CircuitMember> {
    return this.#circuits.values();
  }

  /** The fleet in the form of `inspect()`. */
  stats(now: number): FleetStats {
    return this.#shown.stats(this, now);
  }

  /** Reads the fleet's records and subscribes to changes. Resolves after the store's answers or the timeout. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.#atMost(this.#begin());
  }

  /** Runs an operation of an operator. Resolves with undefined if the store does not answer. */
  async byHand(op: string, name: string, args: readonly string[]): Promise<Reply | undefined> {
    const member = this.#circuits.get(name);
    const reply = await (member ? member.say(op, args) : this.line.run(op, name, randomId(this.#host.random), args));
    if (reply) await this.line.enlist([name]);
    return reply;
  }

  /** Leaves the fleet and removes the votes and the presence of its members. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onClose();
    for (const leave of this.#leaveHost) leave();
    for (const gate of this.#gates.values()) gate.close();
    this.#timers.clear();
    await Promise.all([...this.#circuits.values(), ...this.#limiters.values()].map((member) => member.close()));
    this.line.close();
    await this.#store.close().catch(() => undefined);
  }

  #emit(event: FleetEvent): void {
    this.#shown.count(event);
    this.#host.emit(event);
  }

  #join(port: CircuitPort): void {
    if (this.#isClosed || this.#circuits.has(port.name)) return;
    const member = new CircuitMember(this.#context, port);
    this.#circuits.set(port.name, member);
    member.onCount = (members) => port.shareAmong(members);
    member.onGone = () => {
      this.#circuits.delete(port.name);
      void member.close();
    };
    if (!this.#isStarted) return;
    void member.start();
    void this.line.enlist([port.name]);
  }

  #joinGate(port: GatePort): void {
    if (!this.#isClosed && !this.#gates.has(port.name)) this.#gates.set(port.name, new GateMember(this.#context, port));
  }

  #joinLimiter(port: LimiterPort): void {
    if (this.#isClosed) return;
    const known = this.#limiters.get(port.name);
    if (known) return known.add(port);
    const member = new LimiterMember(this.#context, port);
    this.#limiters.set(port.name, member);
    member.add(port);
    member.onGone = () => {
      this.#limiters.delete(port.name);
      void member.close();
    };
    if (this.#isStarted) void member.look();
  }

  async #begin(): Promise<void> {
    // This read shows whether the store answers, even if there are no circuits yet.
    const asked = this.line.read('-');
    // Subscribe before the first read, so that no change between the read and the subscription is lost.
    await this.#atMost(this.#subscribe());
    const started = [...this.#circuits.values()].map((member) => member.start());
    await Promise.all([asked, ...started, ...[...this.#limiters.values()].map((member) => member.look())]);
    if (!this.#isClosed) this.#enlist();
  }

  /** Subscribes to the channel. If the store does not answer, its client subscribes later. */
  async #subscribe(): Promise<void> {
    if (this.#isSubscribed) return;
    this.#isSubscribed = true;
    const since = this.#host.clock.now();
    this.#isSubscribed = await this.#subscribed();
    const isLate = this.#host.clock.now() - since >= this.rules.timeoutMs;
    // After a late subscription, read what was published before it.
    if (this.#isSubscribed && isLate) this.#syncAll();
  }

  /** Resolves with the promise, or after the timeout. */
  async #atMost(promise: Promise<void>): Promise<void> {
    const { clock } = this.#host;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, this.rules.timeoutMs);
      void promise.then(() => {
        clock.clearTimer(timer);
        resolve();
      });
    });
  }

  async #subscribed(): Promise<boolean> {
    try {
      await this.#store.subscribe?.(
        channelOf(this.rules.fleet),
        (text) => this.#heard(text),
        () => this.#syncAll(),
      );
      return true;
    } catch {
      return false;
    }
  }

  #heard(text: unknown): void {
    const message = readMessage(text);
    if (!message || this.#isClosed) return;
    this.#circuits.get(message.name)?.heard(message);
    this.#limiters.get(message.name)?.heard(message);
    if (message.kind === 'gate') this.#gates.get(message.name)?.heard(message.inMs);
  }

  #recovered(): void {
    this.#emit({ type: 'fleet_recovered' });
    void this.#subscribe();
    this.#syncAll();
  }

  #syncAll(): void {
    for (const member of this.#circuits.values()) void member.sync();
    for (const member of this.#limiters.values()) void member.look();
  }

  /** Adds the circuits to the fleet's list once an hour, so that observers can find them. */
  #enlist(): void {
    void this.line.enlist([...this.#circuits.keys()]);
    this.#timers.after(HOUR_MS, () => this.#enlist());
  }
}
