import type { RetryBudget } from '../../core/budget.js';
import type { Call } from '../../core/call.js';
import type { GaveUpReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import type { Site } from '../../core/site.js';
import { wait } from '../../core/wait.js';
import { backoffMs, heedHint } from './backoff.js';
import type { RetryRules } from './rules.js';

/** The retries of one call: made when its first attempt failed, so that a healthy call pays nothing for it. */
export class RetrySequence {
  readonly #site: Site;
  readonly #rules: RetryRules;
  readonly #call: Call;
  readonly #budget: RetryBudget;
  readonly #signal: AbortSignal | undefined;
  readonly #startedAt: number;
  #attempt = 1;
  #taken = 0;

  constructor(site: Site, rules: RetryRules, call: Call) {
    this.#site = site;
    this.#rules = rules;
    this.#call = call;
    this.#budget = call.admission.circuit?.budget ?? site.budget;
    this.#signal = rules.signalOf(call.args);
    this.#startedAt = site.clock.now();
    this.#budget.earn();
  }

  /**
   * After an attempt that ought to be repeated: waits and says true, or says false when its failure is final.
   * @throws the caller's reason, when the caller aborted
   */
  async mayRepeat(failure: Failure): Promise<boolean> {
    const stop = this.#reasonToStop(failure);
    if (stop) return this.#giveUp(stop, failure);
    const waitMs = this.#waitMs(failure);
    const reason = this.#reasonNotToWait(waitMs);
    if (reason) return this.#giveUp(reason, failure);
    this.#taken += 1;
    this.#tellScheduled(failure, waitMs);
    if (waitMs > 0) await wait(this.#site.clock, waitMs, this.#signal, this.#call);
    const interruption = this.#interruption();
    if (interruption) return this.#giveUp(interruption, failure);
    this.#attempt += 1;
    return true;
  }

  /** @throws the caller's reason, when the caller has aborted */
  throwIfAborted(failure: () => Failure): void {
    if (this.#interruption() === 'aborted') this.#giveUp('aborted', failure());
  }

  /** The call ended well after all. */
  succeed(): void {
    this.#budget.putBack(this.#taken);
  }

  #waitMs({ retryAfterMs }: Failure): number {
    if (this.#site.instantRetries) return 0;
    const waitMs = backoffMs(this.#attempt, this.#rules, this.#site.random);
    return retryAfterMs === undefined
      ? waitMs
      : heedHint(waitMs, retryAfterMs, this.#rules.maxWaitMs, this.#site.random);
  }

  #reasonToStop({ retryAfterMs = 0 }: Failure): GaveUpReason | undefined {
    const interruption = this.#interruption();
    if (interruption) return interruption;
    if (this.#attempt >= this.#rules.maxAttempts) return 'attempts';
    return retryAfterMs > this.#rules.maxWaitMs || retryAfterMs >= this.#leftMs() ? 'retry-after' : undefined;
  }

  #reasonNotToWait(waitMs: number): GaveUpReason | undefined {
    // An attempt that begins at the deadline has no time either.
    if (waitMs >= this.#leftMs()) return 'deadline';
    // Asked last, because it takes: nothing may stop the retry once its token is gone.
    return this.#budget.take(this.#site.clock.now()) ? undefined : 'budget';
  }

  #leftMs(): number {
    return (this.#call.limit?.deadline ?? Number.POSITIVE_INFINITY) - this.#site.clock.now();
  }

  #interruption(): 'aborted' | 'deadline' | 'circuit-open' | undefined {
    const { limit, admission } = this.#call;
    if (this.#signal?.aborted || limit?.ended?.isCallers) return 'aborted';
    if (limit?.ended) return 'deadline';
    return admission.isTurnedAway ? 'circuit-open' : undefined;
  }

  #giveUp(reason: GaveUpReason, failure: Failure): false {
    const now = this.#site.clock.now();
    this.#site.channel('retry_gave_up').audience(now)?.({
      type: 'retry_gave_up',
      ...this.#facts(failure, now),
      reason,
    });
    if (reason !== 'aborted') return false;
    this.#call.aborted = true;
    throw this.#signal?.aborted ? this.#signal.reason : this.#call.limit?.ended?.reason;
  }

  #tellScheduled(failure: Failure, waitMs: number): void {
    const now = this.#site.clock.now();
    this.#site.channel('retry_scheduled').audience(now)?.({
      type: 'retry_scheduled',
      ...this.#facts(failure, now),
      waitMs: Math.round(waitMs),
    });
  }

  #facts(failure: Failure, now: number) {
    const { circuit } = this.#call.admission;
    return {
      method: this.#site.method,
      ...(circuit && { circuit: circuit.name }),
      attempt: this.#attempt,
      maxAttempts: this.#rules.maxAttempts,
      elapsedMs: now - this.#startedAt,
      ...factsOf(failure),
    };
  }
}
