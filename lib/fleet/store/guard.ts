import type { Clock } from '../../core/clock.js';
import type { Random } from '../../core/random.js';
import { BackgroundTimers } from '../background.js';
import type { FleetStore } from './port.js';

/** Why the store is left alone. `late`: it answers, but runs operations after their time. */
export type DegradedReason = 'timeout' | 'error' | 'late';

export interface GuardOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onDegraded: (reason: DegradedReason) => void;
  readonly onRecovered: () => void;
  /** One operation to try with: true when the store answered it as it should. */
  readonly attempt: () => Promise<boolean>;
}

const FAILURES = 3;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Bounds every operation, and leaves a store alone that does not answer. */
export class StoreGuard {
  #failures = 0;
  #hasAnswered = false;
  #waitMs = 0;
  readonly #store: FleetStore;
  readonly #options: GuardOptions;
  readonly #timers: BackgroundTimers;
  #isClosed = false;

  constructor(store: FleetStore, options: GuardOptions) {
    this.#store = store;
    this.#options = options;
    this.#timers = new BackgroundTimers(options.clock);
  }

  get isDegraded(): boolean {
    return this.#waitMs > 0;
  }

  /**
   * What the store answers; undefined when it does not in time, or is being left alone. Never rejects.
   * @param isAttempt whether this is the one operation that a degraded store is tried with
   */
  async run(keys: readonly string[], args: readonly string[], isAttempt = false): Promise<unknown> {
    if (this.#isClosed || (this.isDegraded && !isAttempt)) return undefined;
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => {
        this.failed('timeout');
        resolve(undefined);
      }, timeoutMs);
      const settle = (end: () => unknown): void => {
        clock.clearTimer(timer);
        resolve(end());
      };
      this.#asked(keys, args).then(
        (answer) => settle(() => answer),
        () => settle(() => this.failed('error')),
      );
    });
  }

  /** A store may throw instead of rejecting. */
  async #asked(keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#store.run(keys, args);
  }

  /** The store answered as it should. */
  succeeded(): void {
    this.#hasAnswered = true;
    this.#failures = 0;
  }

  /** The store did not answer, or not as it should. */
  failed(reason: DegradedReason): void {
    if (this.#isClosed || this.isDegraded) return;
    this.#failures += 1;
    // A store that has never answered is not waited for.
    if (this.#failures < (this.#hasAnswered ? FAILURES : 1)) return;
    this.#waitMs = FIRST_WAIT_MS;
    this.#options.onDegraded(reason);
    this.#tryLater();
  }

  /** Ends its timers; nothing runs any more. */
  close(): void {
    this.#isClosed = true;
    this.#timers.clear();
  }

  #tryLater(): void {
    // Half of the wait by chance, so that a fleet does not knock together.
    const waitMs = this.#waitMs * (0.5 + this.#options.random() / 2);
    this.#timers.after(waitMs, () => void this.#try());
  }

  async #try(): Promise<void> {
    const isBack = await this.#options.attempt();
    if (this.#isClosed) return;
    if (!isBack) {
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
      this.#tryLater();
      return;
    }
    this.#failures = 0;
    this.#waitMs = 0;
    this.#options.onRecovered();
  }
}
