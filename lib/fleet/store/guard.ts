import type { Clock } from '../../core/clock.js';
import type { Random } from '../../core/random.js';
import { BackgroundTimers } from '../background.js';
import type { FleetStore } from './port.js';

/** Why the store is degraded. `late`: it answers, but runs operations after their time limit. */
export type DegradedReason = 'timeout' | 'error' | 'late';

export interface GuardOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onDegraded: (reason: DegradedReason) => void;
  readonly onRecovered: () => void;
  /** Tries a degraded store with one operation. Resolves with true if the answer is valid. */
  readonly attempt: () => Promise<boolean>;
}

const FAILURES = 3;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Limits the time of every operation, and stops using a store that does not answer. */
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
   * Resolves with the store's answer, or with undefined after the timeout, after an error, or while the store is
   * degraded. Never rejects.
   * @param isAttempt true for the operation that tries a degraded store
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

  /** Turns an error that the store throws into a rejection. */
  async #asked(keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#store.run(keys, args);
  }

  /** Notes a valid answer of the store. */
  succeeded(): void {
    this.#hasAnswered = true;
    this.#failures = 0;
  }

  /** Notes a missing or invalid answer of the store. */
  failed(reason: DegradedReason): void {
    if (this.#isClosed || this.isDegraded) return;
    this.#failures += 1;
    // A store that has never answered is degraded after its first failure.
    if (this.#failures < (this.#hasAnswered ? FAILURES : 1)) return;
    this.#waitMs = FIRST_WAIT_MS;
    this.#options.onDegraded(reason);
    this.#tryLater();
  }

  /** Stops the timers. Later operations do nothing. */
  close(): void {
    this.#isClosed = true;
    this.#timers.clear();
  }

  #tryLater(): void {
    // Half of the wait is random, so that the members do not all try at the same time.
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
