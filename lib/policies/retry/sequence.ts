import type { RetryBudget } from '../../core/budget.js';
import type { Call } from '../../core/call.js';
import { levelOf } from '../../core/event-kinds.js';
import type { GaveUpReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import type { Site } from '../../core/site.js';
import { wait } from '../../core/wait.js';
import { backoffMs, heedHint } from './backoff.js';
import { clientsOf } from './clients.js';
import { isLed } from './leading.js';
import type { Multiplied } from './multiplied.js';
import type { RetryRules } from './rules.js';
import { type Layer, noteSpent, spentOnError, spentOnValue, thisMoment } from './spent.js';

/** What an attempt came to. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The retries of one call: made when its first attempt failed, so that a healthy call pays nothing for it. */
export class RetrySequence {
  readonly #site: Site;
  readonly #rules: RetryRules;
  readonly #multiplied: Multiplied;
  /** Whether a method further out repeats in its place. */
  readonly #isLed: boolean;
  readonly #call: Call;
  readonly #budget: RetryBudget;
  readonly #signal: AbortSignal | undefined;
  readonly #startedAt: number;
  #attempt = 1;
  #taken = 0;
  /** When the attempt began that is to be repeated, in order of what retries within it gave up on. */
  #since: number;

  constructor(site: Site, rules: RetryRules, multiplied: Multiplied, call: Call, since: number) {
    this.#site = site;
    this.#rules = rules;
    this.#multiplied = multiplied;
    this.#since = since;
    this.#isLed = rules.maxAttempts > 1 && isLed();
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
  async mayRepeat(failure: Failure, outcome: Outcome): Promise<boolean> {
    const within = this.#layersOf(outcome);
    const stop = this.#reasonToStop(failure, within);
    if (stop !== 'nested') this.#tellMultiplied(within);
    if (stop) return this.#giveUp(stop, failure, outcome);
    const waitMs = this.#waitMs(failure);
    const reason = this.#reasonNotToWait(waitMs);
    if (reason) return this.#giveUp(reason, failure, outcome);
    this.#taken += 1;
    this.#tellScheduled(failure, waitMs);
    const isRefused = waitMs > 0 && (await wait(this.#site.clock, waitMs, this.#signal, this.#call));
    const interruption = this.#interruption() ?? (isRefused ? 'circuit-open' : undefined);
    if (interruption) return this.#giveUp(interruption, failure, outcome);
    this.#attempt += 1;
    this.#since = thisMoment();
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

  #reasonToStop({ retryAfterMs = 0 }: Failure, within: readonly Layer[]): GaveUpReason | undefined {
    const interruption = this.#interruption();
    if (interruption) return interruption;
    if (this.#isLed || (this.#rules.nested === 'inner-only' && within.length > 0)) return 'nested';
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

  /** The retries within the method that gave up on the outcome of this attempt. */
  #layersOf(outcome: Outcome): readonly Layer[] {
    if (this.#rules.maxAttempts === 1) return [];
    return 'error' in outcome ? spentOnError(outcome.error, this.#since) : spentOnValue(outcome.value, this.#since);
  }

  #tellMultiplied(within: readonly Layer[]): void {
    const { maxAttempts } = this.#rules;
    // Of the object that made the first call clients are known; this may be another one, or have made its client since.
    if (this.#attempt === 1) this.#multiplied.noticeClients(this.#site, maxAttempts, this.#call.self);
    this.#multiplied.tell(this.#site, maxAttempts, within);
  }

  /** For those further out to see that this method has repeated already. */
  #noteSpent(outcome: Outcome): void {
    const { maxAttempts } = this.#rules;
    if (maxAttempts === 1) return;
    const within = this.#layersOf(outcome);
    const beneath = within.length > 0 ? within : clientsOf(this.#call.self).slice(0, 1);
    noteSpent('error' in outcome ? outcome.error : outcome.value, [
      this.#multiplied.layer(this.#site.method, maxAttempts),
      ...beneath,
    ]);
  }

  #giveUp(reason: GaveUpReason, failure: Failure, outcome?: Outcome): false {
    if (outcome && reason !== 'nested') this.#noteSpent(outcome);
    const now = this.#site.clock.now();
    const level = levelOf({ type: 'retry_gave_up', kind: failure.kind, reason });
    this.#site.channel('retry_gave_up').audience(now, level)?.({
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
