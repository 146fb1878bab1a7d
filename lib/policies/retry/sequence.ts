import type { Call } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import type { Next } from '../../call/policy.js';
import { count } from '../../call/stats.js';
import type { StopCause } from '../../call/stop.js';
import { ConfigurationError } from '../../core/errors.js';
import { levelOf } from '../../core/event-kinds.js';
import type { GaveUpReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import { isUsed } from '../../failures/once.js';
import { backoffMs, heedHint } from './backoff.js';
import { clientsOf } from './clients.js';
import { isLed } from './leading.js';
import type { Retries } from './retries.js';
import { type Layer, noteSpent, spentOnError, spentOnValue, thisMoment } from './spent.js';
import { watchStream } from './stream.js';

/**
 * What an attempt failed with, if another one may mend it or the caller has aborted; undefined if it is final.
 * @throws what `retryOn` throws
 */
export function repeatable({ site, rules }: Retries, call: Call, error: unknown, attempt: number): Failure | undefined {
  // The last one is the call's own failure.
  if (attempt < rules.maxAttempts)
    for (const listener of site.onAttemptFailed) listener(call, error, rules.maxAttempts);
  const failure = call.failureOf(error);
  // Whatever failed then failed because the caller aborted.
  if (call.isAborted) return failure;
  try {
    return rules.retryOn(failure, error) ? failure : undefined;
  } catch (mistake) {
    throw standFor(failure, mistake, call);
  }
}

/** A wrong answer of a function of the user's does not hide the failure that it was asked about. */
function standFor(failure: Failure, mistake: unknown, call: Call): unknown {
  if (mistake instanceof ConfigurationError) call.noteFailure(mistake, failure);
  return mistake;
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

  constructor(retries: Retries, call: Call, next: Next, since: number, startedAt: number) {
    this.#retries = retries;
    this.#call = call;
    this.#next = next;
    this.#since = since;
    this.#isLed = retries.rules.maxAttempts > 1 && isLed();
    this.#startedAt = startedAt;
  }

  /** After an attempt whose failure is {@link repeatable}: the outcome of the next ones, or undefined to hand it on. */
  afterFailure(failure: Failure, error: unknown): Promise<unknown> | undefined {
    return this.#repeat(failure, { error }, this.#call.failedAt);
  }

  /** After an attempt has come to a value that was not wanted: the outcome of the next ones, or the value. */
  afterValue(value: unknown): unknown {
    return this.#repeat(UNWANTED, { value }, this.#retries.site.clock.now()) ?? value;
  }

  #repeat(failure: Failure, ended: Ended, now: number): Promise<unknown> | undefined {
    const { cause, leftMs } = this.#call.stop;
    if (cause) return this.#giveUp(REASONS[cause], failure, ended, now);
    const within = this.#layersOf(ended);
    const stop = this.#reasonToStop(failure, within, leftMs);
    if (stop !== 'nested') this.#tellMultiplied(within, ended);
    if (stop) return this.#giveUp(stop, failure, ended, now);
    const waitMs = this.#waitMs(failure, ended);
    // An attempt that begins at the deadline has no time either.
    if (waitMs >= leftMs) return this.#giveUp('deadline', failure, ended, now);
    // Asked last, because it takes: nothing may stop the retry once its token is gone.
    if (!this.#call.budget.take(now)) return this.#giveUp('budget', failure, ended, now);
    this.#taken += 1;
    count(this.#retries.site.stats.retries, failure.kind);
    this.#tellScheduled(failure, waitMs, now);
    // A response that nobody reads would keep its socket.
    discard('error' in ended ? ended.error : ended.value);
    if (waitMs > 0) return this.#call.stop.wait(waitMs).then((stopped) => this.#afterWait(stopped, failure, ended));
    // A listener may have aborted the call.
    const stopped = this.#call.stop.cause;
    return stopped ? this.#giveUp(REASONS[stopped], failure, ended, now) : this.#again();
  }

  #afterWait(stopped: StopCause | undefined, failure: Failure, ended: Ended): unknown {
    const cause = this.#call.stop.cause ?? stopped;
    if (cause === undefined) return this.#again();
    const rejected = this.#giveUp(REASONS[cause], failure, ended, this.#retries.site.clock.now());
    if (rejected) return rejected;
    if ('error' in ended) throw ended.error;
    return ended.value;
  }

  #again(): Promise<unknown> {
    this.#attempt += 1;
    this.#since = thisMoment();
    this.#call.beginAttempt();
    const { self, args } = this.#call;
    // The method starts it, and counts one more.
    this.#call.attempt = Math.max(this.#call.attempt, this.#attempt - 1);
    return this.#next(self, args, this.#call).then(this.#onValue, this.#onError);
  }

  readonly #onValue = (value: unknown): unknown => {
    const { site, rules } = this.#retries;
    const opening = openingOf(value, site);
    if (opening) opening.rest = watchStream(this.#retries, opening.rest, this.#call, this.#taken);
    else if (rules.isUnwanted?.(value)) return this.afterValue(value);
    else this.#call.budget.putBack(this.#taken);
    this.#call.noteRecovery();
    return value;
  };

  readonly #onError = (error: unknown): unknown => {
    const failure = repeatable(this.#retries, this.#call, error, this.#attempt);
    const repeated = failure && this.afterFailure(failure, error);
    if (repeated === undefined) throw error;
    return repeated;
  };

  /** @throws {ConfigurationError} for a wrong answer of `backoff` */
  #waitMs(failure: Failure, ended: Ended): number {
    const { site, rules } = this.#retries;
    if (site.instantRetries) return 0;
    const { retryAfterMs } = failure;
    let waitMs: number;
    try {
      waitMs = backoffMs(this.#attempt, rules, site.random, failure, 'error' in ended ? ended : undefined);
    } catch (mistake) {
      throw standFor(failure, mistake, this.#call);
    }
    return retryAfterMs === undefined ? waitMs : heedHint(waitMs, retryAfterMs, rules.maxWaitMs, site.random);
  }

  #reasonToStop(
    { retryAfterMs }: Failure,
    within: readonly Layer[],
    leftMs: number,
  ): 'nested' | 'attempts' | 'body' | 'retry-after' | undefined {
    const { maxAttempts, maxWaitMs, nested } = this.#retries.rules;
    if (this.#isLed || (nested === 'inner-only' && within.length > 0)) return 'nested';
    if (this.#attempt >= maxAttempts) return 'attempts';
    if (isUsed(this.#call.args)) return 'body';
    const isTooLong = retryAfterMs !== undefined && (retryAfterMs > maxWaitMs || retryAfterMs >= leftMs);
    return isTooLong ? 'retry-after' : undefined;
  }

  /** The retries within the method that gave up on the outcome of this attempt. */
  #layersOf(ended: Ended): readonly Layer[] {
    if (this.#retries.rules.maxAttempts === 1) return [];
    return 'error' in ended ? spentOnError(ended.error, this.#since) : spentOnValue(ended.value, this.#since);
  }

  #tellMultiplied(within: readonly Layer[], ended: Ended): void {
    const { site, rules, multiplied } = this.#retries;
    if ('error' in ended && rules.maxAttempts > 1) multiplied.noticeError(site, rules.maxAttempts, ended.error);
    // The clients of the object that made the first call are known; this may be another one.
    if (this.#attempt === 1) multiplied.noticeAgain(site, rules.maxAttempts, this.#call.self);
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
  #giveUp(reason: GaveUpReason, failure: Failure, ended: Ended, now: number): Promise<never> | undefined {
    if (reason !== 'nested' && reason !== 'aborted') this.#noteSpent(ended);
    count(this.#retries.site.stats.gaveUp, reason);
    const level = levelOf({ type: 'retry_gave_up', kind: failure.kind, reason });
    const audience = this.#retries.gaveUp.audience(now, level);
    audience?.({ type: 'retry_gave_up', ...this.#facts(failure, now), reason });
    return reason === 'aborted' ? Promise.reject(this.#call.stop.error) : undefined;
  }

  #tellScheduled(failure: Failure, waitMs: number, now: number): void {
    const audience = this.#retries.scheduled.audience(now);
    audience?.({ type: 'retry_scheduled', ...this.#facts(failure, now), waitMs: Math.round(waitMs) });
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
