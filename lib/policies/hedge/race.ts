import type { Call, CallLimit, LimitEnd } from '../../core/call.js';
import type { Timer } from '../../core/clock.js';
import type { HedgeRefusal } from '../../core/events.js';
import type { Site } from '../../core/site.js';
import { Attempt } from './attempt.js';

/** What the races of one method have in common. */
export interface Track<T> {
  readonly site: Site;
  /** Tells the times that latencies are reckoned from, for less in a burst of calls. */
  readonly now: () => number;
  readonly maxHedges: number;
  /** Milliseconds after which another attempt is started beside those that are out. Undefined: none is. */
  readonly afterMs: () => number | undefined;
  /** Hears how long the first attempt takes: until its success, or until another has won. */
  readonly onLatency: ((ms: number) => void) | undefined;
  /** Whether what attempts run ends by itself when they are ended, and is to be waited for. */
  readonly endsItself: boolean;
  /** What is done with a success that comes too late. Where there is such a thing, the winner can still be ended. */
  readonly discard: ((value: T) => void) | undefined;
}

/**
 * The attempts of one call. The first success wins, and the others are ended; it fails when all have failed, with the
 * error of the first attempt, which is what the call would have failed with by itself. Holds a timer and listeners until
 * it is over.
 */
export class Race<T> {
  readonly #track: Track<T>;
  readonly #call: Call;
  readonly #run: (attempt: Attempt) => Promise<T>;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  #afterMs: number | undefined;
  #startedAt = 0;
  #first: Attempt | undefined;
  /** Those beside the first: most calls have none. */
  #hedges: Attempt[] | undefined;
  #out = 0;
  #taken = 0;
  #timer: Timer;
  #firstFailure: { readonly error: unknown } | undefined;
  #ended: LimitEnd | undefined;
  #isWon = false;
  #unlisten: (() => void) | undefined;

  constructor(track: Track<T>, call: Call, run: (attempt: Attempt) => Promise<T>) {
    this.#track = track;
    this.#call = call;
    this.#run = run;
  }

  /** The first success. Makes no attempt for a caller who has gone already. */
  winner(): Promise<T> {
    const { limit, admission, args } = this.#call;
    const signal = this.#track.site.signalOf(args);
    if (limit?.ended) return Promise.reject(limit.ended.reason);
    if (signal?.aborted) {
      this.#call.aborted = true;
      return Promise.reject(signal.reason);
    }
    const { now, afterMs, onLatency } = this.#track;
    // A circuit that tries whether its upstream is back is not to ask twice.
    if (admission.lease === 0 || admission.isShadow) this.#afterMs = afterMs();
    if (onLatency) this.#startedAt = now();
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (signal || limit) this.#unlisten = this.#listen(signal, limit);
      this.#start(new Attempt(this.#call, 1));
    });
  }

  /** Nothing is left behind. */
  release(): void {
    this.#clearTimer();
    this.#unlisten?.();
  }

  #listen(signal: AbortSignal | undefined, limit: CallLimit | undefined): () => void {
    const abort = (): void => this.#stop(signal?.reason, true);
    signal?.addEventListener('abort', abort);
    const ignoreLimit = limit?.onEnd(() => this.#stop(limit.ended?.reason, limit.ended?.isCallers === true));
    return () => {
      signal?.removeEventListener('abort', abort);
      ignoreLimit?.();
    };
  }

  #start(attempt: Attempt): void {
    if (attempt.number === 1) this.#first = attempt;
    else (this.#hedges ??= []).push(attempt);
    this.#out += 1;
    this.#run(attempt).then(
      (value) => this.#succeed(attempt, value),
      (error: unknown) => this.#fail(attempt, error),
    );
    const { site, maxHedges } = this.#track;
    // The method itself may have aborted its caller.
    if (this.#afterMs !== undefined && attempt.number <= maxHedges && !this.#ended)
      this.#timer = site.clock.setTimer(() => this.#hedge(attempt.number + 1), this.#afterMs);
  }

  #hedge(attempt: number): void {
    const { site } = this.#track;
    const now = site.clock.now();
    const { circuit } = this.#call.admission;
    const facts = { method: site.method, ...(circuit && { circuit: circuit.name }), attempt };
    const reason = this.#refusal(now);
    if (reason) {
      site.channel('hedge_refused').audience(now)?.({ type: 'hedge_refused', ...facts, reason });
      return;
    }
    this.#taken += 1;
    this.#start(new Attempt(this.#call, attempt));
    // Told when it is out, for whoever hears of it may abort the call.
    const waitMs = this.#afterMs as number;
    site.channel('hedge_started').audience(now)?.({ type: 'hedge_started', ...facts, waitMs });
  }

  #refusal(now: number): HedgeRefusal | undefined {
    if (this.#call.admission.isTurnedAway) return 'circuit-open';
    // Asked last, because it takes.
    return this.#budget.take(now) ? undefined : 'budget';
  }

  get #budget() {
    return this.#call.admission.circuit?.budget ?? this.#track.site.budget;
  }

  #succeed(attempt: Attempt, value: T): void {
    const { now, onLatency, discard } = this.#track;
    if (this.#isWon || this.#ended) {
      discard?.(value);
      return this.#settle(attempt);
    }
    this.#isWon = true;
    if (discard) this.#clearTimer();
    else this.release();
    if (this.#taken > 0) this.#budget.putBack(this.#taken);
    // One that has lost took at least as long. Left out, slow calls would be seen the less the more they are hedged.
    if (onLatency && !this.#firstFailure) onLatency(now() - this.#startedAt);
    if (this.#hedges) this.#endAll(new DOMException('Another attempt was faster.', 'AbortError'), attempt);
    this.#resolve(value);
  }

  #fail(attempt: Attempt, error: unknown): void {
    if (attempt.number === 1) this.#firstFailure = { error };
    // A limit further in may know a signal of the caller's that is not among the arguments.
    if (attempt.isAborted) this.#stop(error, true);
    this.#settle(attempt);
  }

  /** An attempt is over that has not won. */
  #settle(attempt: Attempt): void {
    attempt.isOver = true;
    this.#out -= 1;
    if (this.#out > 0 || this.#isWon) return;
    this.release();
    this.#reject(this.#ended ? this.#ended.reason : this.#firstFailure?.error);
  }

  /** The caller has aborted, or the limit around the call has ended. */
  #stop(reason: unknown, isCallers: boolean): void {
    if (this.#ended) return;
    this.#ended = { reason, isCallers };
    if (isCallers) this.#call.aborted = true;
    this.release();
    this.#endAll(reason, undefined, isCallers);
    if (!this.#track.endsItself) this.#reject(reason);
  }

  #endAll(reason: unknown, except?: Attempt, isCallers = false): void {
    for (const attempt of [this.#first, ...(this.#hedges ?? [])])
      if (attempt && attempt !== except && !attempt.isOver) attempt.end(reason, isCallers);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#track.site.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
