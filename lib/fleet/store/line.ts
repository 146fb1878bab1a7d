import type { Clock } from '../../core/clock.js';
import type { Random } from '../../core/random.js';
import { channelOf, indexKeyOf, keysOf } from '../protocol/keys.js';
import { readReply, readTexts, type Reply } from '../protocol/reply.js';
import { type DegradedReason, StoreGuard } from './guard.js';
import type { FleetStore } from './port.js';

export interface LineOptions {
  readonly fleet: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onDegraded: (reason: DegradedReason) => void;
  readonly onRecovered: () => void;
}

/** A circuit that is only read to learn the store's time, and whether it is there. */
const NO_CIRCUIT = '-';

/** Operations on the store, bounded, and never later than the store is told. */
export class Line {
  readonly #fleet: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #guard: StoreGuard;
  /** What the store's time is ahead of the member's own; undefined before the first reply. */
  #aheadMs: number | undefined;

  constructor(store: FleetStore, { fleet, ...options }: LineOptions) {
    this.#fleet = fleet;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
    this.#guard = new StoreGuard(store, {
      ...options,
      attempt: async () => (await this.#ask('read', NO_CIRCUIT, '', [], true)) !== undefined,
    });
  }

  get isDegraded(): boolean {
    return this.#guard.isDegraded;
  }

  /** Reads a record; changes nothing. */
  read(circuit: string): Promise<Reply | undefined> {
    return this.#ask('read', circuit, '', []);
  }

  /**
   * Runs an operation on a circuit. Undefined when the store did not answer in time.
   * @param id the id of the record that a new one gets
   */
  async run(op: string, circuit: string, id: string, args: readonly string[]): Promise<Reply | undefined> {
    // Without the store's time no writing operation can be limited.
    if (this.#aheadMs === undefined && (await this.read(circuit)) === undefined) return undefined;
    const reply = await this.#ask(op, circuit, id, args);
    if (reply?.outcome !== 'late') return reply;
    // The clock of this machine may have been set: the reply has the store's time.
    const again = await this.#ask(op, circuit, id, args);
    if (again?.outcome !== 'late') return again;
    this.#guard.failed('late');
    return undefined;
  }

  /** The circuits of the fleet; undefined when the store did not answer in time. */
  async list(): Promise<string[] | undefined> {
    return this.#texts(['list', channelOf(this.#fleet), '', '0', '']);
  }

  /** Puts circuits into the list. */
  async enlist(names: readonly string[]): Promise<void> {
    if (this.#aheadMs === undefined || names.length === 0) return;
    await this.#texts(['enlist', channelOf(this.#fleet), '', this.#notAfter(), '', ...names]);
  }

  close(): void {
    this.#guard.close();
  }

  async #texts(args: readonly string[]): Promise<string[] | undefined> {
    const answer = await this.#guard.run([indexKeyOf(this.#fleet)], args);
    if (answer === undefined) return undefined;
    return this.#checked(() => readTexts(answer));
  }

  async #ask(
    op: string,
    circuit: string,
    id: string,
    args: readonly string[],
    isAttempt = false,
  ): Promise<Reply | undefined> {
    const given = [op, channelOf(this.#fleet), circuit, this.#notAfter(), id, ...args];
    const answer = await this.#guard.run(keysOf(this.#fleet, circuit), given, isAttempt);
    if (answer === undefined) return undefined;
    const reply = this.#checked(() => readReply(answer));
    if (reply) this.#aheadMs = reply.serverNow - this.#clock.now();
    return reply;
  }

  #checked<T>(read: () => T): T | undefined {
    try {
      const value = read();
      this.#guard.succeeded();
      return value;
    } catch {
      // Nonsense: a proxy, another protocol. What it says appears nowhere.
      this.#guard.failed('error');
      return undefined;
    }
  }

  #notAfter(): string {
    return this.#aheadMs === undefined ? '0' : String(Math.ceil(this.#clock.now() + this.#aheadMs + this.#timeoutMs));
  }
}
