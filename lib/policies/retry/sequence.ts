import type { Call } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import type { Next } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import type { StopCause } from '../../call/stop.js';
import { ConfigurationError } from '../../core/errors.js';
import type { GaveUpReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { backoffMs, heedHint } from './backoff.js';
import { clientsOf } from './clients.js';
import { isLed } from './leading.js';
import type { Multiplied } from './multiplied.js';
import type { RetryRules } from './rules.js';
import { type Layer, noteSpent, spentOnError, spentOnValue, thisMoment } from './spent.js';
import { watchStream } from './stream.js';

/** What the retries of one method have in common. */
export interface Retries {
  readonly site: Site;
  readonly rules: RetryRules;
  readonly multiplied: Multiplied;
}

/** How an attempt ended. */
type Ended = { readonly value: unknown } | { readonly error: unknown };

/** A value that came but was not wanted (`retryOnResult`) has no error to classify. */
const UNWANTED: Failure = Object.freeze({ kind: 'malformed', transient: false });

const REASONS: Readonly<Record<StopCause, GaveUpReason>> = {
  aborted: 'aborted',
  deadline: 'deadline',
  'circuit-open': 'circuit-open',
  lost: 'aborted',
};

/** The retries of one call: made when its first attempt failed, so that a healthy call pays nothing for it. */
export class RetrySequence {
  readonly #retries: Retries;
  readonly #call: Call;
  readonly #next: Next;
  /** True if a method further out repeats instead. */
  readonly #isLed: boolean;
  readonly #startedAt: number;
  #attempt = 1;
  #taken = 0;
  /** When the attempt began that is to be repeated, in order of what retries within it gave up on. */
  #since: number;

  constructor(retries: Retries, call: Call, next: Next, since: number) {
    this.#retries = retries;
    this.#call = call;
    this.#next = next;
    this.#since = since;
    this.#isLed = retries.rules.maxAttempts > 1 && isLed();
    this.#startedAt = retries.site.clock.now();
  }

  /** After an attempt has failed: the outcome of the next ones, or undefined if its failure is final. */
  afterError(error: unknown): Promise<unknown> | undefined {
    const failure = this.#call.failureOf(error);
    try {
      // Whatever failed then failed because the caller aborted.
      if (this.#call.isAborted) return this.#giveUp('aborted', failure);
      return this.#retries.rules.retryOn(failure, error) ? this.#repeat(failure, { error }) : undefined;
    } catch (mistake) {
      // A wrong answer of a function of the user's does not hide the failure that it was asked about.
      if (mistake instanceof ConfigurationError) this.#call.noteFailure(mistake, failure);
      return Promise.reject(mistake);
    }
  }

  /** After an attempt has come to a value that was not wanted: the outcome of the next ones, or the value. */
  afterValue(value: unknown): unknown {
    return this.#repeat(UNWANTED, { value }) ?? value;
  }

  #repeat(failure: Failure, ended: Ended): Promise<unknown> | undefined {
    const within = this.#layersOf(ended);
    const stop = this.#reasonToStop(failure, within);
    if (stop !== 'nested') this.#tellMultiplied(within);
    if (stop) return this.#giveUp(stop, failure, ended);
    const waitMs = this.#waitMs(failure, ended);
    const reason = this.#reasonNotToWait(waitMs);
    if (reason) return this.#giveUp(reason, failure, ended);
    this.#taken += 1;
    this.#tellScheduled(failure, waitMs);
    if (waitMs > 0) return this.#call.stop.wait(waitMs).then((cause) => this.#afterWait(cause, failure, ended));
    // A listener may have aborted the call.
    const { cause } = this.#call.stop;
    return cause ? this.#giveUp(REASONS[cause], failure, ended) : this.#again();
  }

  #afterWait(stopped: StopCause | undefined, failure: Failure, ended: Ended): unknown {
    const cause = this.#call.stop.cause ?? stopped;
    if (cause === undefined) return this.#again();
    const rejected = this.#giveUp(REASONS[cause], failure, ended);
    if (rejected) return rejected;
    if ('error' in ended) throw ended.error;
    return ended.value;
  }

  #again(): Promise<unknown> {
    this.#attempt += 1;
    this.#since = thisMoment();
    const { self, args } = this.#call;
    return this.#next(self, args, this.#call).then(this.#onValue, this.#onError);
  }

  readonly #onValue = (value: unknown): unknown => {
    const { site, rules } = this.#retries;
    const opening = openingOf(value, site);
    if (opening) opening.rest = watchStream(this.#retries, opening.rest, this.#call, this.#taken);
    else if (rules.isUnwanted?.(value)) return this.afterValue(value);
    else this.#call.budget.putBack(this.#taken);
    return value;
  };

  readonly #onError = (error: unknown): unknown => {
    const handled = this.afterError(error);
    if (handled === undefined) throw error;
    return handled;
  };

  #waitMs(failure: Failure, ended: Ended): number {
    const { site, rules } = this.#retries;
    if (site.instantRetries) return 0;
    const { retryAfterMs } = failure;
    const waitMs = backoffMs(this.#attempt, rules, site.random, failure, 'error' in ended ? ended : undefined);
    return retryAfterMs === undefined ? waitMs : heedHint(waitMs, retryAfterMs, rules.maxWaitMs, site.random);
  }

  #reasonToStop({ retryAfterMs }: Failure, within: readonly Layer[]): GaveUpReason | undefined {
    const { maxAttempts, maxWaitMs, nested } = this.#retries.rules;
    const { cause, leftMs } = this.#call.stop;
    if (cause) return REASONS[cause];
    if (this.#isLed || (nested === 'inner-only' && within.length > 0)) return 'nested';
    if (this.#attempt >= maxAttempts) return 'attempts';
    const isTooLong = retryAfterMs !== undefined && (retryAfterMs > maxWaitMs || retryAfterMs >= leftMs);
    return isTooLong ? 'retry-after' : undefined;
  }

  #reasonNotToWait(waitMs: number): GaveUpReason | undefined {
    // An attempt that begins at the deadline has no time either.
    if (waitMs >= this.#call.stop.leftMs) return 'deadline';
    // Asked last, because it takes: nothing may stop the retry once its token is gone.
    return this.#call.budget.take(this.#retries.site.clock.now()) ? undefined : 'budget';
  }

  /** The retries within the method that gave up on the outcome of this attempt. */
  #layersOf(ended: Ended): readonly Layer[] {
    if (this.#retries.rules.maxAttempts === 1) return [];
    return 'error' in ended ? spentOnError(ended.error, this.#since) : spentOnValue(ended.value, this.#since);
  }

  #tellMultiplied(within: readonly Layer[]): void {
    const { site, rules, multiplied } = this.#retries;
    // The clients of the object that made the first call are known; this may be another one, or have made its client since.
    if (this.#attempt === 1) multiplied.noticeClients(site, rules.maxAttempts, this.#call.self);
    multiplied.tell(site, rules.maxAttempts, within);
  }

  /** For those further out to see that this method has repeated already. */
  #noteSpent(ended: Ended): void {
    const { site, rules, multiplied } = this.#retries;
    if (rules.maxAttempts === 1) return;
    const within = this.#layersOf(ended);
    const beneath = within.length > 0 ? within : clientsOf(this.#call.self).slice(0, 1);
    noteSpent('error' in ended ? ended.error : ended.value, [
      multiplied.layer(site.method, rules.maxAttempts),
      ...beneath,
    ]);
  }

  /** @returns a rejection if the call fails with something else than what its last attempt ended with */
  #giveUp(reason: GaveUpReason, failure: Failure, ended?: Ended): Promise<never> | undefined {
    if (ended && reason !== 'nested') this.#noteSpent(ended);
    const { site } = this.#retries;
    const now = site.clock.now();
    site.channel('retry_gave_up').audience(now)?.({ type: 'retry_gave_up', ...this.#facts(failure, now), reason });
    return reason === 'aborted' ? Promise.reject(this.#call.stop.error) : undefined;
  }

  #tellScheduled(failure: Failure, waitMs: number): void {
    const { site } = this.#retries;
    const now = site.clock.now();
    site.channel('retry_scheduled').audience(now)?.({
      type: 'retry_scheduled',
      ...this.#facts(failure, now),
      waitMs: Math.round(waitMs),
    });
  }

  #facts(failure: Failure, now: number) {
    const { site, rules } = this.#retries;
    const { circuit } = this.#call.admission;
    return {
      method: site.method,
      ...(circuit && { circuit: circuit.name }),
      attempt: this.#attempt,
      maxAttempts: rules.maxAttempts,
      elapsedMs: now - this.#startedAt,
      ...factsOf(failure),
    };
  }
}
