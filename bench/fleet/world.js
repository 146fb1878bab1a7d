// Many members, one store with faults, all in virtual time. The members are those of the package.
import { fleetRules } from '../../dist/fleet/rules.js';
import { Membership } from '../../dist/fleet/membership.js';
import { FleetMemory } from '../../dist/fleet/store/memory.js';
import { SimulatedCircuit } from './circuit.js';
import { seeded, VirtualTime } from './time.js';

/** What a fleet does. The last is what the package does; the others are what it does not. */
export const KINDS = {
  none: { name: 'no fleet' },
  one: { name: 'one vote opens', quorum: 0, ghost: true },
  votes: { name: '> ½, votes only', quorum: 0.5 },
  seconds: { name: '> ½ + seconds', quorum: 0.5, seconds: true },
  fleet: { name: '> 0.6 + seconds + own evidence', quorum: 0.6, seconds: true, evidence: true },
};

const RULES = { fleet: 'bench', mode: 'on', timeoutMs: 250, syncMs: 30_000, trustMs: 5000, maxGateMs: 60_000 };

export class World {
  time = new VirtualTime();
  members = [];
  ops = 0;
  opens = 0;
  #memory = new FleetMemory();
  #random;
  #kind;
  #faults;
  #heard = [];

  /**
   * @param {keyof typeof KINDS} kind
   * @param {{ delayMs?: number, lost?: number, cut?: number, silent?: boolean, rampUpMs?: number, threshold?: number }} faults
   */
  constructor(kind, count, faults = {}, seed = 1) {
    this.#kind = KINDS[kind];
    this.#faults = faults;
    this.#random = seeded(seed);
    for (let i = 0; i < count; i += 1) this.members.push(this.#member(kind !== 'none', i / count < (faults.cut ?? 0)));
  }

  get random() {
    return this.#random;
  }

  async start(signal) {
    const started = this.members.map(({ membership }) => membership?.start());
    await this.time.advance(2000, signal);
    await Promise.all(started);
  }

  async close(signal) {
    const closed = Promise.all(this.members.map(({ membership }) => membership?.close()));
    await this.time.advance(2000, signal);
    await closed;
  }

  /** Every member calls once in `everyMs` on average, at random moments; `upstream` answers, `after` sees who was served. */
  traffic(upstream, { everyMs = 1000, among = this.members, after = () => {} } = {}) {
    let isOver = false;
    const gap = () => -everyMs * Math.log(1 - this.#random());
    for (const member of among) {
      const call = () => {
        if (isOver) return;
        this.time.setTimer(call, gap());
        const sent = member.circuit.call(() => upstream(member));
        if (typeof sent === 'boolean') after(member, sent);
        else void sent.then((was) => after(member, was));
      };
      this.time.setTimer(call, gap());
    }
    return () => {
      isOver = true;
    };
  }

  #member(isMember, isCut) {
    const { quorum, seconds = false, evidence = false } = this.#kind;
    const circuit = new SimulatedCircuit(this.time, this.#random, { seconds, evidence }, this.#faults.threshold);
    if (!isMember) return { circuit };
    const { rampUpMs = 10_000, silent } = this.#faults;
    const given = { ...RULES, quorum, rampUpMs, ...(silent && { syncMs: 10_000 }) };
    const membership = new Membership(this.#connection(isCut), fleetRules(given), {
      clock: this.time,
      random: this.#random,
      emit() {},
      eachCircuit(join) {
        join(circuit);
        return () => {};
      },
      eachGate: () => () => {},
      eachLimiter: () => () => {},
    });
    return { circuit, membership };
  }

  #connection(isCut) {
    const { delayMs = 1, silent = false } = this.#faults;
    const delay = () => delayMs * (0.5 + this.#random());
    return {
      run: (keys, args) =>
        new Promise((resolve) => {
          if (isCut) return;
          this.time.promised();
          this.time.setTimer(() => {
            const reply = this.#run(keys, args);
            this.time.setTimer(() => {
              this.time.promised();
              resolve(reply);
            }, delay() / 2);
          }, delay() / 2);
        }),
      ...(!silent && {
        subscribe: async (_channel, heard) => {
          if (!isCut) this.#heard.push(heard);
        },
      }),
      close: async () => {},
    };
  }

  #run(keys, args) {
    this.ops += 1;
    const now = Math.floor(this.time.now());
    const published = [];
    if (this.#kind.ghost && args[0] === 'vote')
      published.push(...this.#memory.run(keys, args.with(5, 'ghost').with(13, '0'), now).messages);
    const { reply, messages } = this.#memory.run(keys, args, now);
    published.push(...messages);
    this.opens += published.filter((message) => message.includes(' quorum ')).length;
    const { lost = 0, delayMs = 1 } = this.#faults;
    for (const message of published) {
      for (const heard of this.#heard) {
        if (this.#random() < lost) continue;
        this.time.setTimer(
          () => {
            this.time.promised();
            heard(message);
          },
          delayMs * (0.5 + this.#random()),
        );
      }
    }
    return reply;
  }
}
