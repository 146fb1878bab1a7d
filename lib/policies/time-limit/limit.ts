import type { Call, CallLimit, Next } from '../../core/call.js';
import type { Timer } from '../../core/clock.js';
import type { Wait } from '../../core/cut-stream.js';
import { TimeLimitError } from '../../core/errors.js';
import type { TimeLimitReason } from '../../core/events.js';
import { Scope } from '../../core/scope.js';
import type { Site } from '../../core/site.js';
import { nextTurn } from '../../core/turn.js';
import type { TimeLimitRules } from './rules.js';

/** Where a limit stands: `inner` ones are right around the method, `outer` ones have policies beneath them. */
export type Position = 'inner' | 'outer';

/** What the limits of one method's calls have in common. */
export interface Terms {
  readonly site: Site;
  /** Tells when a call begins. */
  readonly now: () => number;
  readonly rules: TimeLimitRules;
  readonly position: Position;
  readonly covers: TimeLimitReason;
}

/** The limit of one call, or of one attempt of it. Holds a timer and listeners until it has ended or is released. */
export class Limit extends Scope {
  readonly #terms: Terms;
  readonly #call: Call;
  readonly #startedAt: number;
  readonly #timer: Timer;
  readonly #unlisten: (() => void) | undefined;
  #isInParts = false;
  #partTimer: Timer;
  /** Of an outer one: what waits for everything beneath. */
  #cutLater: ((reason: unknown) => void) | undefined;

  constructor(terms: Terms, call: Call) {
    super();
    const { site, now, rules, covers } = terms;
    const { limit: outer, args } = call;
    const { limitMs } = rules;
    this.#terms = terms;
    this.#call = call;
    this.#startedAt = now();
    const signal = rules.signalOf(args);
    if (outer?.ended) this.ended = outer.ended;
    else if (signal?.aborted) this.end(signal.reason, true);
    if (this.ended) return;
    // A timer of its own, although deadlines that come in order could share one: it carries the async context of its call
    // on to whoever hears of the end, and to carry that by other means costs what sharing would save.
    if (limitMs !== undefined) this.#timer = site.clock.setTimer(() => this.#expire(limitMs, covers), limitMs);
    if (signal || outer) this.#unlisten = this.#listen(signal, outer);
  }

  override get deadline(): number {
    return this.#startedAt + (this.#terms.rules.limitMs ?? Number.POSITIVE_INFINITY);
  }

  override get isWaiting(): boolean {
    return super.isWaiting || this.#cutLater !== undefined;
  }

  /** Waits for all that the limit is there for: nothing of it is left behind then. */
  around(next: Next): Promise<unknown> {
    const { self, args } = this.#call;
    return this.#race(() => next(self, args, this.#call));
  }

  override wait<T>(run: () => Promise<T>, which?: Wait): Promise<T> {
    this.#isInParts = true;
    const { rules, site } = this.#terms;
    const ms = which && (which === 'first-chunk' ? rules.firstChunkMs : rules.betweenChunksMs);
    if (which && ms !== undefined && !this.ended)
      this.#partTimer = site.clock.setTimer(() => this.#expire(ms, which), ms);
    return this.#race(run);
  }

  /** What was waited for is over. */
  settled(): void {
    if (this.#isInParts) this.#releasePart();
    else this.release();
  }

  /** The call is over: nothing of the limit is left behind. */
  release(): void {
    if (this.#timer !== undefined) this.#terms.site.clock.clearTimer(this.#timer);
    this.#unlisten?.();
    this.#releasePart();
  }

  override end(reason: unknown, isCallers: boolean): void {
    if (this.ended) return;
    if (isCallers) this.#call.aborted = true;
    this.release();
    const cut = this.#cutLater;
    // Policies beneath an outer limit are settled on the way out, before the caller hears of it; whatever does not heed
    // it is not waited for.
    if (cut) nextTurn(() => cut(reason));
    super.end(reason, isCallers);
  }

  #listen(signal: AbortSignal | undefined, outer: CallLimit | undefined): () => void {
    const abort = (): void => this.end(signal?.reason, true);
    signal?.addEventListener('abort', abort);
    const ignoreOuter = outer?.onEnd(() => this.end(outer.ended?.reason, outer.ended?.isCallers === true));
    return () => {
      signal?.removeEventListener('abort', abort);
      ignoreOuter?.();
    };
  }

  #releasePart(): void {
    if (this.#partTimer !== undefined) this.#terms.site.clock.clearTimer(this.#partTimer);
    this.#partTimer = undefined;
  }

  #race<T>(run: () => Promise<T>): Promise<T> {
    return this.#terms.position === 'inner' ? this.cutShort(run, this) : this.#outlast(run);
  }

  /** Waits for policies that are beneath the limit, and fails with it even when they do well in the end. */
  #outlast<T>(run: () => Promise<T>): Promise<T> {
    if (this.ended) return Promise.reject(this.ended.reason);
    return new Promise((resolve, reject) => {
      this.#cutLater = reject;
      run().then(
        (value) => {
          this.#cutLater = undefined;
          this.settled();
          if (this.ended) reject(this.ended.reason);
          else resolve(value);
        },
        (error: unknown) => {
          this.#cutLater = undefined;
          this.settled();
          reject(this.ended ? this.ended.reason : error);
        },
      );
    });
  }

  #expire(limitMs: number, reason: TimeLimitReason): void {
    const { channel, clock, method } = this.#terms.site;
    const now = clock.now();
    const { circuit } = this.#call.admission;
    channel('time_limited').audience(now)?.({
      type: 'time_limited',
      method,
      ...(circuit && { circuit: circuit.name }),
      elapsedMs: now - this.#startedAt,
      reason,
    });
    this.end(new TimeLimitError(limitMs), false);
  }
}
