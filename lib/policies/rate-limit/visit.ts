import { jitteredMs } from '../../core/backoff.js';
import type { Call } from '../../call/call.js';
import type { Site } from '../../call/site.js';
import { count } from '../../call/stats.js';
import type { StopCause } from '../../call/stop.js';
import { RateLimitedError } from '../../core/errors.js';
import type { RateLimitReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import type { Gate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import { type Closed, shareMs } from './state.js';

/** The 429 that a call has last been answered with. */
interface Answered {
  readonly error: unknown;
  readonly failure: Failure;
}

/** What one call does at the gate: made when it is closed or the call got a 429, so that a healthy call pays nothing. */
export class Visit {
  readonly #site: Site;
  readonly #rules: RateLimitRules;
  readonly #gate: Gate;
  readonly #call: Call;
  #attempt = 0;
  #waitedMs = 0;
  #last: Answered | undefined;

  constructor(site: Site, rules: RateLimitRules, gate: Gate, call: Call) {
    this.#site = site;
    this.#rules = rules;
    this.#gate = gate;
    this.#call = call;
  }

  /**
   * Waits until the gate is open, and for the call's own share of the staggered release.
   * @throws what the call fails with, when it may not wait as long or no longer
   */
  async pass(): Promise<void> {
    let closing: Closed | undefined;
    let share = 0;
    let now = this.#site.clock.now();
    for (let closed = this.#gate.closedAt(now); closed; closed = this.#gate.closedAt(now)) {
      // A timer may be early, or too short for the wait: then the share is still the one that was drawn.
      if (closed !== closing) share = shareMs(closed, this.#site.random);
      closing = closed;
      const waitMs = Math.ceil(closed.until - now + share);
      if (closed.until - now > this.#leftMs() || !this.#fits(waitMs)) this.#end('max-wait', closed.until - now);
      this.#gate.waiting += 1;
      try {
        await this.#wait(waitMs);
      } finally {
        this.#gate.waiting -= 1;
      }
      now = this.#site.clock.now();
    }
  }

  /**
   * After a 429: waits until the call may be made again.
   * @throws what the call fails with, when it may not
   */
  async recover(error: unknown, failure: Failure): Promise<void> {
    await this.#untilNext(error, failure);
    count(this.#site.stats.retries, 'rate-limited');
  }

  /** True if the call was made again after a 429. */
  get hasRepeated(): boolean {
    return this.#last !== undefined;
  }

  async #untilNext(error: unknown, failure: Failure): Promise<void> {
    this.#attempt += 1;
    this.#last = { error, failure };
    const now = this.#site.clock.now();
    const { retryAfterMs: hintMs } = failure;
    if (hintMs === undefined) return this.#backOff();
    const waitMs = Math.max(hintMs, this.#rules.minWaitMs);
    if (this.#site.instantRetries) return this.#goOn(waitMs, waitMs);
    if (this.#gate.close(waitMs, now)) this.#tell({ waitMs: Math.ceil(waitMs) });
    this.#goOn(waitMs, waitMs);
    return this.pass();
  }

  /** Without a hint nothing is known of others: the call waits by itself. */
  async #backOff(): Promise<void> {
    const { minWaitMs } = this.#rules;
    this.#goOn(minWaitMs, undefined);
    if (this.#site.instantRetries) return;
    const waitMs = Math.ceil(jitteredMs(this.#attempt, minWaitMs, this.#leftMs(), this.#site.random));
    if (!this.#fits(waitMs)) this.#end('max-wait');
    this.#tell({ waitMs });
    await this.#wait(waitMs);
    // Somebody else may have closed the gate in the meantime.
    await this.pass();
  }

  /** @throws when the call may not be made again after `waitMs` */
  #goOn(waitMs: number, retryAfterMs: number | undefined): void {
    this.#heedStop();
    if (this.#attempt >= this.#rules.maxAttempts) this.#end('attempts');
    if (waitMs > this.#leftMs()) this.#end('max-wait', retryAfterMs);
  }

  async #wait(ms: number): Promise<void> {
    this.#heedStop();
    const { clock } = this.#site;
    const since = clock.now();
    const stopped = await this.#call.stop.wait(ms);
    this.#waitedMs += Math.max(0, clock.now() - since);
    this.#heedStop(stopped);
  }

  /** @param stopped the cause that ended a wait, which may be gone by now */
  #heedStop(stopped?: StopCause): void {
    const cause = this.#call.stop.cause ?? stopped;
    if (cause === undefined) return;
    if (cause === 'aborted' || cause === 'circuit-open') this.#end(cause);
    // The limit of the whole call emits its end itself, and so does a hedge.
    throw this.#call.stop.error;
  }

  #leftMs(): number {
    return Math.min(this.#rules.maxWaitMs - this.#waitedMs, this.#call.stop.leftMs);
  }

  /** Whether anything is left of the call's time after a wait, its share of the release included. */
  #fits(waitMs: number): boolean {
    return waitMs < this.#call.stop.leftMs;
  }

  #end(reason: RateLimitReason, retryAfterMs?: number): never {
    this.#tell({ reason, ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }) });
    const last = this.#last;
    switch (reason) {
      case 'aborted':
        throw this.#call.stop.error;
      case 'circuit-open':
        throw last ? last.error : this.#call.admission.circuit?.rejection(() => this.#site.clock.now());
      case 'attempts':
      case 'max-wait':
        // Where nothing is said of how long it lasts, the upstream's own error says as much as one of ours.
        if (retryAfterMs === undefined) throw (last as Answered).error;
        throw new RateLimitedError(retryAfterMs, last && { cause: last.error });
    }
  }

  #tell(said: { waitMs?: number; retryAfterMs?: number; reason?: RateLimitReason }): void {
    const { circuit } = this.#call.admission;
    this.#site.channel('rate_limited').audience(this.#site.clock.now())?.({
      type: 'rate_limited',
      method: this.#site.method,
      ...(circuit && { circuit: circuit.name }),
      ...(this.#last && {
        attempt: this.#attempt,
        maxAttempts: this.#rules.maxAttempts,
        ...factsOf(this.#last.failure),
      }),
      ...said,
    });
  }
}
