import { type Call, CANCELLED } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import type { Next } from '../../call/policy.js';
import { Rejection } from '../../call/rejection.js';
import { count } from '../../call/stats.js';
import type { StopCause } from '../../call/scope.js';
import { levelOf } from '../../core/event-kinds.js';
import type { GaveUpReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import { isUsed } from '../../failures/once.js';
import { backoffMs, waitWithHint } from './backoff.js';
import { clientsOf } from './clients.js';
import { isRepeatedOutside } from './leading.js';
import type { Retries } from './retries.js';
import { type Layer, noteSpent, spentOnError, spentOnValue, currentMark } from './spent.js';
import { watchStream } from './stream.js';

/**
 * The failure of an attempt if it may be repeated or the caller has aborted; undefined if it is final.
 * @throws what `retryOn` throws
 */
export function repeatable(
  { context, rules }: Retries,
  call: Call,
  error: unknown,
  attempt: number,
): Failure | undefined {
  // The last attempt is not reported here: its failure is the call's.
  if (attempt < rules.maxAttempts)
    for (const listener of context.onAttemptFailed) listener(call, error, rules.maxAttempts);
  const failure = call.failureOf(error);
  // After an abort, the abort is the reason of every failure.
  if (call.isAborted) return failure;
  try {
    return rules.retryOn(failure, error) ? failure : undefined;
  } catch (thrown) {
    throw keepFailure(failure, thrown, call);
  }
}

/** An error in a user's function keeps the failure of the attempt: the circuit counts that. */
function keepFailure(failure: Failure, thrown: unknown, call: Call): unknown {
  call.noteFailure(thrown, failure);
  return thrown;
}

/** How an attempt ended. */
type Ended = { readonly value: unknown } | { readonly error: unknown };

/** The failure of an unwanted value (`retryOnResult`), which has no error to classify. */
const UNWANTED: Failure = Object.freeze({ kind: 'malformed', transient: false });

const REASONS: Readonly<Record<StopCause, GaveUpReason>> = {
  aborted: 'aborted',
  deadline: 'deadline',
  'circuit-open': 'circuit-open',
  lost: 'aborted',
};

/** The retries of one call. Created when the first attempt has failed, so that a healthy call pays nothing. */
export class RetrySequence {
  readonly #retries: Retries;
  readonly #call: Call;
  readonly #next: Next;
  /** True if an outer method repeats instead. */
  readonly #isRepeatedOutside: boolean;
  readonly #startedAt: number;
  #attempt = 1;
  #tokensTaken = 0;
  /** The mark (see `spent.ts`) at which the last attempt began. */
  #since: number;

  constructor(retries: Retries, call: Call, next: Next, since: number, startedAt: number) {
    this.#retries = retries;
    this.#call = call;
    this.#next = next;
    this.#since = since;
    this.#isRepeatedOutside = retries.rules.maxAttempts > 1 && isRepeatedOutside();
    this.#startedAt = startedAt;
  }

  /**
   * After an attempt whose failure is {@link repeatable}: the outcome of the next attempts, or undefined to pass the
   * error on.
   */
  afterFailure(failure: Failure, error: unknown): Promise<unknown> | undefined {
    return this.#repeat(failure, { error }, this.#call.failedAt);
  }

  /** After an attempt with an unwanted value: the outcome of the next attempts, or the value. */
  afterValue(value: unknown): unknown {
    return this.#repeat(UNWANTED, { value }, this.#retries.context.clock.now()) ?? value;
  }

  #repeat(failure: Failure, ended: Ended, now: number): Promise<unknown> | undefined {
    const { cause, leftMs } = this.#call.stop;
    if (cause) return this.#giveUp(REASONS[cause], failure, ended, now);
    const within = this.#layersOf(ended);
    const stop = this.#reasonToStop(failure, within, leftMs);
    if (stop !== 'nested') this.#emitMultiplied(within, ended);
    if (stop) return this.#giveUp(stop, failure, ended, now);
    const waitMs = this.#waitMs(failure, ended);
    // `>=`: an attempt that begins at the deadline has no time either.
    if (waitMs >= leftMs) return this.#giveUp('deadline', failure, ended, now);
    // Checked last, because it takes a token: after that, the retry must happen.
    if (!this.#call.budget.take(now)) return this.#giveUp('budget', failure, ended, now);
    this.#tokensTaken += 1;
    count(this.#retries.context.stats.retries, failure.kind);
    this.#emitScheduled(failure, waitMs, now);
    // An unread response would keep its socket open.
    discard('error' in ended ? ended.error : ended.value);
    if (waitMs > 0) return this.#call.stop.wait(waitMs).then((stopped) => this.#afterWait(stopped, failure, ended));
    // A listener may have aborted the call.
    const stopped = this.#call.stop.cause;
    return stopped ? this.#giveUp(REASONS[stopped], failure, ended, now) : this.#again();
  }

  #afterWait(stopped: StopCause | undefined, failure: Failure, ended: Ended): unknown {
    const cause = this.#call.stop.cause ?? stopped;
    if (cause === undefined) return this.#again();
    const rejected = this.#giveUp(REASONS[cause], failure, ended, this.#retries.context.clock.now());
    if (rejected) return rejected;
    if ('error' in ended) throw ended.error;
    return ended.value;
  }

  #again(): Promise<unknown> {
    this.#attempt += 1;
    this.#since = currentMark();
    this.#call.beginAttempt();
    const { self, args } = this.#call;
    // One less, because the start of the method adds one.
    this.#call.attempt = Math.max(this.#call.attempt, this.#attempt - 1);
    return this.#next(self, args, this.#call).then(
      (value) => this.#onValue(value),
      (error) => this.#onError(error),
    );
  }

  #onValue(value: unknown): unknown {
    const { context, rules } = this.#retries;
    const opening = openingOf(value, context);
    if (opening) opening.rest = watchStream(this.#retries, opening.rest, this.#call, this.#tokensTaken);
    else if (rules.isUnwanted?.(value)) return this.afterValue(value);
    else this.#call.budget.putBack(this.#tokensTaken);
    this.#call.noteRecovery();
    return value;
  }

  #onError(error: unknown): unknown {
    const failure = repeatable(this.#retries, this.#call, error, this.#attempt);
    return (failure && this.afterFailure(failure, error)) ?? new Rejection(error);
  }

  /** @throws {ConfigurationError} if `backoff` returns an invalid value, and what it throws */
  #waitMs(failure: Failure, ended: Ended): number {
    const { context, rules } = this.#retries;
    if (context.instantRetries) return 0;
    const { retryAfterMs } = failure;
    let waitMs: number;
    try {
      waitMs = backoffMs(this.#attempt, rules, context.random, failure, 'error' in ended ? ended : undefined);
    } catch (thrown) {
      throw keepFailure(failure, thrown, this.#call);
    }
    return retryAfterMs === undefined ? waitMs : waitWithHint(waitMs, retryAfterMs, rules.maxWaitMs, context.random);
  }

  #reasonToStop(
    { retryAfterMs }: Failure,
    within: readonly Layer[],
    leftMs: number,
  ): 'nested' | 'attempts' | 'body' | 'retry-after' | undefined {
    const { maxAttempts, maxWaitMs, nested } = this.#retries.rules;
    if (this.#isRepeatedOutside || (nested === 'inner-only' && within.length > 0)) return 'nested';
    if (this.#attempt >= maxAttempts) return 'attempts';
    if (isUsed(this.#call.args)) return 'body';
    const isTooLong = retryAfterMs !== undefined && (retryAfterMs > maxWaitMs || retryAfterMs >= leftMs);
    return isTooLong ? 'retry-after' : undefined;
  }

  /** The inner retries that gave up on the outcome of this attempt. */
  #layersOf(ended: Ended): readonly Layer[] {
    if (this.#retries.rules.maxAttempts === 1) return [];
    return 'error' in ended ? spentOnError(ended.error, this.#since) : spentOnValue(ended.value, this.#since);
  }

  #emitMultiplied(within: readonly Layer[], ended: Ended): void {
    const { context, rules, multiplied } = this.#retries;
    if ('error' in ended && rules.maxAttempts > 1) multiplied.noticeError(context, rules.maxAttempts, ended.error);
    // The clients of the first call's object are known; this call may have another object.
    if (this.#attempt === 1) multiplied.noticeAgain(context, rules.maxAttempts, this.#call.self);
    multiplied.emit(context, rules.maxAttempts, within);
  }

  /** Tells outer retries that this method has already repeated. */
  #noteSpent(ended: Ended): void {
    const { context, rules, multiplied } = this.#retries;
    if (rules.maxAttempts === 1) return;
    const within = this.#layersOf(ended);
    const beneath = within.length > 0 ? within : clientsOf(this.#call.self).slice(0, 1);
    noteSpent('error' in ended ? ended.error : ended.value, [
      multiplied.layer(context.method, rules.maxAttempts),
      ...beneath,
    ]);
  }

  /** @returns a rejection if the call does not end with the outcome of its last attempt */
  #giveUp(reason: GaveUpReason, failure: Failure, ended: Ended, now: number): Promise<never> | undefined {
    if (reason !== 'nested' && reason !== 'aborted') this.#noteSpent(ended);
    count(this.#retries.context.stats.gaveUp, reason);
    const told = reason === 'aborted' ? CANCELLED : failure;
    const level = levelOf({ type: 'retry_gave_up', kind: told.kind, reason });
    const audience = this.#retries.gaveUp.audience(now, level);
    audience?.({ type: 'retry_gave_up', ...this.#facts(told, now), reason });
    return reason === 'aborted' ? Promise.reject(this.#call.stop.error) : undefined;
  }

  #emitScheduled(failure: Failure, waitMs: number, now: number): void {
    const audience = this.#retries.scheduled.audience(now);
    audience?.({ type: 'retry_scheduled', ...this.#facts(failure, now), waitMs: Math.round(waitMs) });
  }

  #facts(failure: Failure, now: number) {
    const { context, rules } = this.#retries;
    const { circuit } = this.#call.admission;
    return {
      method: context.method,
      ...(circuit && { circuit: circuit.name }),
      attempt: this.#attempt,
      maxAttempts: rules.maxAttempts,
      elapsedMs: now - this.#startedAt,
      ...factsOf(failure),
    };
  }
}
