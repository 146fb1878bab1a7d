import type { Clock, Timer } from '#lib/core/clock.js';
import type { CircuitFleetSettings } from '#lib/fleet/circuit-port.js';
import type { FleetEvent } from '#lib/core/fleet-events.js';
import { Membership } from '#lib/fleet/membership.js';
import type { CircuitMember } from '#lib/fleet/member/member.js';
import { type FleetMode, type FleetRules, fleetRules } from '#lib/fleet/rules.js';
import { FleetMemory } from '#lib/fleet/store/memory.js';
import type { FleetStore } from '#lib/fleet/store/port.js';
import { LocalLimiter } from '#lib/fleet/local-limiter.js';
import { safeNameOfLimiter } from '#lib/fleet/protocol/keys.js';
import { Limiter } from '#lib/policies/limiter/limiter.js';
import type { LimiterRules } from '#lib/policies/limiter/pace.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { ModelCircuit } from './model-circuit.js';

const START = 1_800_000_000_000;

export const RULES: FleetRules = fleetRules({
  fleet: 'checkout',
  mode: 'on',
  quorum: 0.6,
  timeoutMs: 250,
  syncMs: 30_000,
  trustMs: 5000,
  rampUpMs: 10_000,
  maxGateMs: 60_000,
});

/** Numbers from 0 to 1, the same ones in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One store for all, in virtual time, with faults. */
class WorldStore {
  readonly memory = new FleetMemory();
  /** Every operation that ran, by name. */
  readonly ran: string[] = [];
  readonly published: string[] = [];
  /** Every lease that was granted, and every one that was given back. */
  readonly granted: { readonly lease: string; readonly epoch: string; readonly at: number; readonly ms: number }[] = [];
  readonly settled: { readonly lease: string; readonly at: number }[] = [];
  /** Milliseconds that an answer and a message take. */
  delayMs = 1;
  isHung = false;
  losesMessages = false;
  readonly #clock: Clock;
  readonly #heard = new Set<(message: string) => void>();
  #queued: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A member's own way to the store; `isCut` says whether it is cut off. */
  connection(isCut: () => boolean): FleetStore {
    return {
      run: (keys, args) =>
        new Promise((resolve) => {
          this.#clock.setTimer(() => {
            const work = (): void => this.#run(keys, args, isCut, resolve);
            if (this.isHung) this.#queued.push(work);
            else if (!isCut()) work();
          }, this.delayMs);
        }),
      subscribe: (_channel, heard) => {
        this.#heard.add((message) => {
          if (!isCut()) heard(message);
        });
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }

  resume(): void {
    this.isHung = false;
    for (const work of this.#queued.splice(0)) work();
  }

  publish(message: string): void {
    this.published.push(message);
    if (this.losesMessages) return;
    this.#clock.setTimer(() => {
      for (const heard of this.#heard) heard(message);
    }, this.delayMs);
  }

  #run(
    keys: readonly string[],
    args: readonly string[],
    isCut: () => boolean,
    resolve: (answer: unknown) => void,
  ): void {
    const { reply, messages } = this.memory.run(keys, args, Math.floor(this.#clock.now()));
    this.ran.push(reply.includes('late') ? `late ${args[0]}` : String(args[0]));
    const [op, , , , , lease = '', epoch = ''] = args;
    const at = this.#clock.now();
    if (reply.includes('granted')) this.granted.push({ lease, epoch, at, ms: Number(reply.at(-1)) });
    if (op === 'settle') this.settled.push({ lease, at });
    for (const message of messages) this.publish(message);
    if (!isCut()) resolve(reply);
  }
}

/** A process of the fleet. */
export interface Process {
  readonly circuit: ModelCircuit;
  readonly limiter: Limiter;
  readonly membership: Membership;
  readonly member: CircuitMember;
  readonly events: FleetEvent[];
  isCut: boolean;
  /** Whether its limiter has been collected, as that of a method that is used no more. */
  isForgotten: boolean;
}

export interface ProcessOptions {
  readonly rules?: Partial<FleetRules>;
  readonly circuit?: Partial<CircuitFleetSettings>;
  /** How far its clock is ahead. */
  readonly aheadMs?: number;
  readonly threshold?: number;
  /** Its limiter takes part only if it has rules. */
  readonly limiter?: LimiterRules;
}

export class World {
  readonly clock = new FakeClock(START);
  readonly store = new WorldStore(this.clock);
  readonly processes: Process[] = [];
  readonly #random: () => number;

  constructor(seed = 1) {
    this.#random = seeded(seed);
  }

  async join(count: number, options: ProcessOptions = {}): Promise<Process[]> {
    const joined = Array.from({ length: count }, () => this.#process(options));
    this.processes.push(...joined);
    const started = joined.map(({ membership }) => membership.start());
    await this.clock.advance('600ms');
    await Promise.all(started);
    return joined;
  }

  /** Each of them makes a call, spread over a second, for so many seconds. */
  async calls(
    seconds: number,
    upstream: (process: Process) => boolean,
    among = this.processes,
  ): Promise<Record<string, number>> {
    const seen: Record<string, number> = { answered: 0, failed: 0, refused: 0 };
    for (let second = 0; second < seconds; second += 1) {
      among.forEach((process, i) => {
        this.clock.setTimer(
          () => {
            process.limiter.take('', 1, this.clock.now());
            void process.circuit
              .call(() => upstream(process))
              .then((answer) => {
                seen[answer] = (seen[answer] ?? 0) + 1;
              });
          },
          (1000 * i) / among.length,
        );
      });
      await this.clock.advance('1s');
    }
    return seen;
  }

  /** By how many each of them divides a limit of this many a minute. */
  sharers(limit: number, among = this.processes): number[] {
    const now = this.clock.now();
    return among.map(({ limiter }) => {
      limiter.take('probe', limit, now);
      const { burst } = limiter.rules;
      return Math.round(limiter.waitMs('probe', 1, now) / 60_000 / (1 - burst / limit));
    });
  }

  states(): Record<string, number> {
    const counted: Record<string, number> = {};
    for (const { circuit } of this.processes) counted[circuit.state] = (counted[circuit.state] ?? 0) + 1;
    return counted;
  }

  async close(): Promise<void> {
    const closed = Promise.all(this.processes.map(({ membership }) => membership.close()));
    await this.clock.advance('2s');
    await closed;
  }

  #process({ rules, circuit: settings, aheadMs = 0, threshold, limiter: limits }: ProcessOptions): Process {
    const clock = ahead(this.clock, aheadMs);
    const circuit = new ModelCircuit(clock, settings, threshold);
    const events: FleetEvent[] = [];
    const limiter = new Limiter(limits ?? { limit: 1, perMs: 1000, burst: 1 });
    const process = { circuit, limiter, events, isCut: false, isForgotten: false };
    const membership = new Membership(
      this.store.connection(() => process.isCut),
      { ...RULES, ...rules },
      {
        clock,
        random: this.#random,
        emit: (event) => void events.push(event),
        eachCircuit: (join) => {
          join(circuit);
          return () => undefined;
        },
        eachGate: () => () => undefined,
        eachLimiter: (join) => {
          const modeOf = (known: Limiter): FleetMode => known.rules.fleet ?? rules?.mode ?? 'on';
          const port = new LocalLimiter(safeNameOfLimiter('openai'), 'openai', limiter, clock, modeOf);
          if (limits) join(Object.defineProperty(port, 'isGone', { get: () => process.isForgotten }));
          return () => undefined;
        },
      },
    );
    return Object.assign(process, { membership, member: membership.memberOf(circuit.name) as CircuitMember });
  }
}

function ahead(clock: Clock, ms: number): Clock {
  return {
    now: () => clock.now() + ms,
    setTimer: (callback, after) => clock.setTimer(callback, after),
    clearTimer: (timer: Timer) => clock.clearTimer(timer),
  };
}
