import type { Call } from '../../call/call.js';
import { discardUnread, openingOf } from '../../call/opening.js';
import { watchEnd } from '../../call/open-stream.js';
import { onAbort } from '../../call/signals.js';
import type { MethodContext } from '../../call/method-context.js';
import type { Counter } from '../../call/policy.js';
import type { StopCause } from '../../call/scope.js';
import type { HedgeRefusal } from '../../core/events.js';
import { type Started, startTimer } from '../../core/shared-timer.js';
import { discard } from '../../failures/discard.js';
import { canBeSentOnce } from '../../failures/once.js';
import { Attempt } from './attempt.js';

/** The parts that all races of one method share. */
export interface Track {
  readonly context: MethodContext;
  /** The time in milliseconds, for measuring latencies; cheaper than the clock in a burst of calls. */
  readonly now: () => number;
  readonly maxHedges: number;
  /** Milliseconds after which another attempt is started. Returns undefined if none is started. */
  readonly afterMs: () => number | undefined;
  /** Called with the milliseconds from the start of the first attempt to its success or to the success of another. */
  readonly onLatency: ((ms: number) => void) | undefined;
  /** True if no policy is between the hedge and the method. */
  readonly isInnermost: boolean;
  /** Runs an attempt. */
  readonly run: (attempt: Attempt, call: Call) => Promise<unknown>;
}

/**
 * The attempts of one call. The first success wins, and the race ends the other attempts. If all fail, the call fails
 * with the error of the first attempt, as it would without hedges. Holds a timer and listeners until it is over.
 */
export class Race {
  readonly #track: Track;
  readonly #call: Call;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;
  #afterMs: number | undefined;
  #startedAt = 0;
  #first: Attempt | undefined;
  /** The hedges; undefined for most calls. */
  #hedges: Attempt[] | undefined;
  #runningAttempts = 0;
  #tokensTaken = 0;
  #timer: Started | undefined;
  #firstFailure: { readonly error: unknown } | undefined;
  #isStopped = false;
  #isWon = false;
  #stopListening: (() => void) | undefined;
  /** Counts the call, if this is its outermost policy; undefined once it has. */
  #counter: Counter | undefined;

  constructor(track: Track, call: Call, counter?: Counter) {
    this.#track = track;
    this.#call = call;
    this.#counter = counter;
  }

  /** Starts the race; resolves with the first success. Makes no attempt if the caller has already aborted. */
  winner(): Promise<unknown> {
    const { admission, scope, signal, isAborted } = this.#call;
    const { now, afterMs, onLatency } = this.#track;
    // A probe is not hedged: a half-open circuit should send one request only.
    if (admission.lease === 0 || admission.isShadow) this.#afterMs = afterMs();
    if (onLatency) this.#startedAt = now();
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (isAborted || scope?.ended) return this.#rejectCall(this.#call.stop.error);
      if (signal || scope) this.#stopListening = this.#listenToStop();
      this.#start(1);
    });
  }

  #listenToStop(): () => void {
    const { signal, scope } = this.#call;
    const stop = (): void => this.#stop();
    const removers = [scope?.onEnd(stop), signal && onAbort(signal, stop)];
    return () => {
      for (const remove of removers) remove?.();
    };
  }

  /** Removes the timer and the listeners. */
  #release(): void {
    this.#clearTimer();
    this.#stopListening?.();
  }

  #start(number: number): void {
    const { context, maxHedges, isInnermost, run } = this.#track;
    const attempt = new Attempt(this.#call, number, isInnermost);
    if (number === 1) this.#first = attempt;
    else (this.#hedges ??= []).push(attempt);
    this.#runningAttempts += 1;
    run(attempt, this.#call).then(
      (value) => this.#succeed(attempt, value),
      (error: unknown) => this.#fail(attempt, error),
    );
    // The method may have aborted the caller's signal synchronously.
    if (this.#afterMs !== undefined && attempt.number <= maxHedges && !this.#isStopped)
      this.#timer = startTimer(context.clock, () => this.#hedge(attempt.number + 1), this.#afterMs);
  }

  #hedge(attempt: number): void {
    this.#timer = undefined;
    const { context } = this.#track;
    const now = context.clock.now();
    if (this.#call.stop.leftMs <= 0) return;
    const { circuit } = this.#call.admission;
    const facts = { method: context.method, ...(circuit && { circuit: circuit.name }), attempt };
    const reason = this.#refusal(now);
    if (reason) {
      context.stats.hedgesRefused += 1;
      context.channel('hedge_refused').audience(now)?.({ type: 'hedge_refused', ...facts, reason });
      return;
    }
    this.#tokensTaken += 1;
    const isDelayed = [this.#first, ...(this.#hedges ?? [])].some((each) => each?.call.isDisturbed);
    context.stats.hedgesStarted += 1;
    this.#start(attempt);
    // Emitted after the start, because a listener may abort the call.
    const waitMs = this.#afterMs as number;
    context.channel('hedge_started').audience(now)?.({
      type: 'hedge_started',
      ...facts,
      waitMs,
      ...(isDelayed && { chaos: true as const }),
    });
  }

  #refusal(now: number): HedgeRefusal | undefined {
    if (this.#call.admission.isRevoked) return 'circuit-open';
    if (canBeSentOnce(this.#call.args)) return 'body';
    // Checked last, because it takes a token.
    return this.#call.budget.take(now) ? undefined : 'budget';
  }

  #succeed(attempt: Attempt, value: unknown): void {
    const { context, now, onLatency } = this.#track;
    if (this.#isWon || this.#isStopped) {
      discardUnread(value, context);
      return this.#settle(attempt);
    }
    const opening = openingOf(value, context, attempt);
    this.#isWon = true;
    if (attempt.number > 1) {
      context.stats.hedgesWon += 1;
      this.#call.noteRecovery();
    }
    this.#release();
    discard(this.#firstFailure?.error);
    if (this.#tokensTaken > 0) this.#call.budget.putBack(this.#tokensTaken);
    // Also counts a first attempt that lost: it took at least this long. Without it, more hedging would hide more slow
    // calls.
    if (onLatency && !this.#firstFailure) onLatency(now() - this.#startedAt);
    if (this.#hedges) this.#endAll('lost', new DOMException('Another attempt was faster.', 'AbortError'), attempt);
    if (opening) opening.rest = watchEnd(opening.rest, { ended: (how) => endStream(attempt, how === 'left') });
    else attempt.release();
    this.#counter?.resolved(value, this.#call);
    this.#resolve(value);
  }

  #rejectCall(error: unknown): void {
    this.#counter?.failed(error, this.#call);
    this.#counter = undefined;
    this.#reject(error);
  }

  #fail(attempt: Attempt, error: unknown): void {
    if (attempt.number === 1 && !this.#isWon && !this.#isStopped) this.#firstFailure = { error };
    // The call does not fail with this error, so nobody reads it.
    else if (error !== this.#firstFailure?.error) discard(error);
    this.#settle(attempt);
  }

  /** An attempt has settled without winning. */
  #settle(attempt: Attempt): void {
    attempt.isOver = true;
    attempt.release();
    this.#runningAttempts -= 1;
    if (this.#runningAttempts > 0 || this.#isWon) return;
    this.#release();
    this.#rejectCall(this.#isStopped ? this.#call.stop.error : this.#firstFailure?.error);
  }

  /** The caller has aborted, or a time limit around the call has ended. */
  #stop(): void {
    if (this.#isStopped || this.#isWon) return;
    this.#isStopped = true;
    this.#release();
    const { stop } = this.#call;
    const { error } = stop;
    this.#endAll(stop.cause ?? 'aborted', error);
    // With inner policies, waits until they have settled.
    if (this.#track.isInnermost) this.#rejectCall(error);
  }

  #endAll(cause: StopCause, error: unknown, except?: Attempt): void {
    for (const attempt of [this.#first, ...(this.#hedges ?? [])])
      if (attempt && attempt !== except && !attempt.isOver) attempt.end(cause, error);
  }

  #clearTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/** The stream of the winning attempt has ended. */
function endStream(attempt: Attempt, isLeft: boolean): void {
  if (isLeft) attempt.end('aborted', new DOMException('The reader left the stream.', 'AbortError'));
  attempt.release();
}
