import type { Clock } from '../core/clock.js';
import type { Limiter } from '../policies/limiter/limiter.js';
import type { LimiterPort } from './limiter-port.js';
import type { FleetMode } from './rules.js';

/** Connects a limiter of this process to its fleet. It does not keep the limiter alive. */
export class LocalLimiter implements LimiterPort {
  readonly #limiter: WeakRef<Limiter>;
  readonly #clock: Clock;
  readonly #modeOf: (limiter: Limiter) => FleetMode;

  /**
   * @param name the limiter's name, escaped for the fleet's keys
   * @param modeOf returns the current mode of the limiter
   */
  constructor(
    readonly name: string,
    readonly label: string,
    limiter: Limiter,
    clock: Clock,
    modeOf: (limiter: Limiter) => FleetMode,
  ) {
    this.#limiter = new WeakRef(limiter);
    this.#clock = clock;
    this.#modeOf = modeOf;
  }

  get isGone(): boolean {
    return this.#limiter.deref() === undefined;
  }

  mode(): FleetMode {
    const limiter = this.#limiter.deref();
    return limiter ? this.#modeOf(limiter) : 'off';
  }

  shareAmong(members: number): void {
    this.#limiter.deref()?.shareAmong(members, this.#clock.now());
  }

  onNextCall(listener: () => void): void {
    this.#limiter.deref()?.onNextCall(listener);
  }
}
