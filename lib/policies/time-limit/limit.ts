import type { Call, CallLimit, LimitEnd } from '../../core/call.js';
import type { Timer } from '../../core/clock.js';
import { TimeLimitError } from '../../core/errors.js';
import type { TimeLimitReason } from '../../core/events.js';
import type { Site } from '../../core/site.js';
import { nextTurn } from '../../core/turn.js';
import { runUnder } from './current-signal.js';
import type { TimeLimitRules } from './rules.js';

/** Where a limit stands: `inner` ones are right around the method, `outer` ones have policies beneath them. */
export type Position = 'inner' | 'outer';

/** The limit of one call, or of one attempt of it. Holds a timer and listeners until it has ended or is released. */
export class Limit implements CallLimit {
  readonly deadline: number;
  ended: LimitEnd | undefined;
  readonly #site: Site;
  readonly #position: Position;
  readonly #call: Call;
  readonly #startedAt: number;
  readonly #timer: Timer;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;
  readonly #ignoreOuter: (() => void) | undefined;
  #partTimer: Timer;
  #cut: ((reason: unknown) => void) | undefined;
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;

  constructor(
    site: Site,
    { limitMs, signalOf }: TimeLimitRules,
    position: Position,
    covers: TimeLimitReason,
    call: Call,
  ) {
    const { limit: outer, args } = call;
    this.#site = site;
    this.#position = position;
    this.#call = call;
    this.#startedAt = site.clock.now();
    this.deadline = this.#startedAt + (limitMs ?? Number.POSITIVE_INFINITY);
    this.#signal = signalOf(args);
    if (outer?.ended) this.ended = outer.ended;
    else if (this.#signal?.aborted) this.#end(this.#signal.reason, true);
    if (this.ended) return;
    if (limitMs !== undefined) this.#timer = site.clock.setTimer(() => this.#expire(limitMs, covers), limitMs);
    if (this.#signal) {
      this.#onAbort = () => this.#end(this.#signal?.reason, true);
      this.#signal.addEventListener('abort', this.#onAbort);
    }
    this.#ignoreOuter = outer?.onEnd(() => this.#end(outer.ended?.reason, outer.ended?.isCallers === true));
  }

  /** Made when it is asked for: a method that hands no signal on pays for none. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.ended && !this.#controller.signal.aborted) this.#controller.abort(this.ended.reason);
    return this.#controller.signal;
  }

  /** Whether something is under way that the limit would cut. */
  get isWaiting(): boolean {
    return this.#cut !== undefined;
  }

  onEnd(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** Waits for all that the limit is there for: nothing of it is left behind then. */
  around<T>(run: () => Promise<T>): Promise<T> {
    return this.#race(run, () => this.release());
  }

  /** What is further in fails with the limit, however many of it there are at a time. */
  cutShort<T>(run: () => Promise<T>): Promise<T> {
    if (this.ended) return Promise.reject(this.ended.reason);
    return new Promise((resolve, reject) => {
      const cut = (): void => reject(this.ended?.reason);
      const listeners = (this.#listeners ??= new Set());
      listeners.add(cut);
      runUnder(this, run).then(
        (value) => {
          listeners.delete(cut);
          resolve(value);
        },
        (error: unknown) => {
          listeners.delete(cut);
          reject(error);
        },
      );
    });
  }

  /** Waits for a part of it, but not longer than `ms` where that is given. */
  wait<T>(run: () => Promise<T>, ms?: number, covers: TimeLimitReason = 'call'): Promise<T> {
    const { clock } = this.#site;
    if (ms !== undefined && !this.ended) this.#partTimer = clock.setTimer(() => this.#expire(ms, covers), ms);
    return this.#race(run, () => this.#releasePart());
  }

  /** The call is over: nothing of the limit is left behind. */
  release(): void {
    if (this.#timer !== undefined) this.#site.clock.clearTimer(this.#timer);
    if (this.#onAbort) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#ignoreOuter?.();
    this.#releasePart();
  }

  #releasePart(): void {
    if (this.#partTimer !== undefined) this.#site.clock.clearTimer(this.#partTimer);
    this.#partTimer = undefined;
  }

  /** What comes after the end is swallowed. Runs nothing when the limit has ended already. */
  #race<T>(run: () => Promise<T>, over: () => void): Promise<T> {
    if (this.ended) return Promise.reject(this.ended.reason);
    return new Promise((resolve, reject) => {
      this.#cut = reject;
      (this.#position === 'inner' ? runUnder(this, run) : run()).then(
        (value) => {
          this.#cut = undefined;
          over();
          if (this.ended) reject(this.ended.reason);
          else resolve(value);
        },
        (error: unknown) => {
          this.#cut = undefined;
          over();
          reject(this.ended ? this.ended.reason : error);
        },
      );
    });
  }

  #expire(limitMs: number, reason: TimeLimitReason): void {
    const { channel, clock, method } = this.#site;
    const now = clock.now();
    const { circuit } = this.#call.admission;
    channel('time_limited').audience(now)?.({
      type: 'time_limited',
      method,
      ...(circuit && { circuit: circuit.name }),
      elapsedMs: now - this.#startedAt,
      reason,
    });
    this.#end(new TimeLimitError(limitMs), false);
  }

  #end(reason: unknown, isCallers: boolean): void {
    if (this.ended) return;
    this.ended = { reason, isCallers };
    if (isCallers) this.#call.aborted = true;
    this.release();
    const cut = this.#cut;
    // First of all, for a method that heeds the signal may fail with an error of its own. Policies beneath an outer
    // limit are settled on the way out, before the caller hears of it; whatever does not heed it is not waited for.
    if (cut && this.#position === 'inner') cut(reason);
    else if (cut) nextTurn(() => cut(reason));
    for (const listener of this.#listeners ?? []) listener();
    this.#controller?.abort(reason);
  }
}
