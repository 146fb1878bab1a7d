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

/** The name for reads that only get the store's time or check that the store answers. */
const NO_CIRCUIT = '-';

/** Runs operations on the store, with a timeout. The store rejects operations that arrive after their time limit. */
export class Line {
  readonly #fleet: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #guard: StoreGuard;
  /** The store's time minus the member's own time; undefined before the first reply. */
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

  /** Reads a record without changing it. */
  read(circuit: string): Promise<Reply | undefined> {
    return this.#ask('read', circuit, '', []);
  }

  /**
   * Runs an operation on a circuit. Resolves with undefined if the store does not answer in time.
   * @param id the id for a new record
   */
  async run(op: string, circuit: string, id: string, args: readonly string[]): Promise<Reply | undefined> {
    // The time limit of an operation that writes needs the store's time.
    if (this.#aheadMs === undefined && (await this.read(circuit)) === undefined) return undefined;
    const reply = await this.#ask(op, circuit, id, args);
    if (reply?.outcome !== 'late') return reply;
    // The clock of this machine may have been changed. The late reply contains the store's time, so try again with it.
    const again = await this.#ask(op, circuit, id, args);
    if (again?.outcome !== 'late') return again;
    this.#guard.failed('late');
    return undefined;
  }

  /** The fleet's list of circuits; undefined if the store does not answer in time. */
  async list(): Promise<string[] | undefined> {
    return this.#texts(['list', channelOf(this.#fleet), '', '0', '']);
  }

  /** Adds circuits to the fleet's list. */
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
      // Not an answer of this protocol: from a proxy, for example. The answer is not logged.
      this.#guard.failed('error');
      return undefined;
    }
  }

  #notAfter(): string {
    return this.#aheadMs === undefined ? '0' : String(Math.ceil(this.#clock.now() + this.#aheadMs + this.#timeoutMs));
  }
}
