import type { Call } from '../../call/call.js';
import { discardUnread, openingOf } from '../../call/opening.js';
import { watchEnd } from '../../call/open-stream.js';
import type { Counter, Next } from '../../call/policy.js';
import { Scope } from '../../call/scope.js';
import type { MethodContext } from '../../call/method-context.js';
import type { StopCause } from '../../call/scope.js';
import { TimeLimitError } from '../../core/errors.js';
import type { TimeLimitReason } from '../../core/events.js';
import { type Started, startTimer } from '../../core/shared-timer.js';
import { afterThisTurn } from '../../core/turn.js';
import type { TimeLimitRules } from './rules.js';

/** `inner`: the limit is directly around the method. `outer`: there are policies inside it. */
export type Placement = 'inner' | 'outer';

/** The parts that all limits of one method share. */
export interface LimitKind {
  readonly context: MethodContext;
  /** The time in milliseconds at which a call begins. */
  readonly now: () => number;
  readonly rules: TimeLimitRules;
  readonly placement: Placement;
  readonly covers: TimeLimitReason;
}

/** A timer that fires this much too late shows that the event loop was blocked or the process was frozen. */
const LATE_MS = 10;

/** The reason of the signal's abort when the reader leaves the stream. */
const LEFT = new DOMException('The reader left the stream.', 'AbortError');

/** The limit of one call or attempt. Holds a timer and listeners until it has ended or is released. */
export class Limit extends Scope {
  readonly #kind: LimitKind;
  readonly #call: Call;
  readonly #startedAt: number;
  #timer: Started | undefined;
  /** The timer of the wait for a chunk. */
  #chunkTimer: Started | undefined;
  #hasChunk = false;
  /** Counts the call, if this is its outermost policy; undefined once it has. */
  #counter: Counter | undefined;
  /** For an outer limit: rejects the call even if inner policies do not react to the end. */
  #reject: ((reason: unknown) => void) | undefined;

  constructor(kind: LimitKind, call: Call, counter?: Counter) {
    super(call);
    const { context, now, rules, covers } = kind;
    this.#kind = kind;
    this.#call = call;
    this.#counter = counter;
    this.#startedAt = now();
    if (this.ended) return;
    const { limitMs } = rules;
    if (limitMs !== undefined) this.#timer = this.#startTimer(limitMs, covers, this.#startedAt);
    if (context.isStream) this.#startChunkTimer();
  }

  override get deadline(): number {
    const { limitMs } = this.#kind.rules;
    return Math.min(super.deadline, limitMs === undefined ? Infinity : this.#startedAt + limitMs);
  }

  /** Runs the inner layers. */
  around(next: Next): Promise<unknown> {
    const { self, args } = this.#call;
    if (this.ended) {
      const { error } = this.ended;
      this.#countFailure(error);
      this.release();
      return Promise.reject(error);
    }
    if (this.#kind.placement === 'inner') return next(self, args, this.#call);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      next(self, args, this.#call).then(
        (value) => {
          if (this.ended) this.#fail(value);
          else {
            this.#succeed(value);
            resolve(value);
          }
        },
        (error: unknown) => {
          if (this.ended) this.#fail();
          else {
            this.release();
            this.#rejectCall(error);
          }
        },
      );
    });
  }

  override end(cause: StopCause, error: unknown): void {
    if (this.ended) return;
    this.#clearTimers();
    // Inner policies get one turn to settle before the caller gets the error. The limit does not wait longer for them.
    if (this.#reject) afterThisTurn(() => this.#rejectCall(error));
    super.end(cause, error);
    if (this.#kind.placement === 'outer') return;
    this.leave();
    this.#countFailure(error);
  }

  override release(): void {
    this.#clearTimers();
    super.release();
  }

  override expire(): void {
    const { limitMs } = this.#kind.rules;
    if (!this.ended && limitMs !== undefined && this.#kind.context.clock.now() >= this.#startedAt + limitMs)
      this.#expire(limitMs, this.#kind.covers);
    else super.expire();
  }

  protected override settled(outcome: unknown, isFailure: boolean): void {
    // The result came too late: nobody will read it.
    if (this.ended) discardUnread(outcome, this.#kind.context);
    else if (this.#kind.placement === 'inner') {
      if (!isFailure) return this.#succeed(outcome);
      this.release();
      this.#countFailure(outcome);
      // A stream is read in the innermost scope.
    } else if (!isFailure) openingOf(outcome, this.#kind.context, this);
  }

  #succeed(value: unknown): void {
    this.#keepFor(value);
    this.#counter?.resolved(value, this.#call);
    this.#counter = undefined;
  }

  #countFailure(error: unknown): void {
    this.#counter?.failed(error, this.#call);
    this.#counter = undefined;
  }

  /** Releases the limit, or, for a stream, keeps it until the stream ends. */
  #keepFor(value: unknown): void {
    const opening = openingOf(value, this.#kind.context, this);
    if (!opening) return this.release();
    this.#hasChunk = this.#kind.context.isStream;
    this.#clearChunkTimer();
    this.leave();
    opening.rest = watchEnd(opening.rest, {
      waits: () => this.#startChunkTimer(),
      chunk: () => {
        this.#hasChunk = true;
        this.#clearChunkTimer();
      },
      ended: (how) => {
        if (how === 'left') this.end('aborted', LEFT);
        this.release();
      },
    });
  }

  /** Rejects the call, because the limit has ended; discards the result of the inner layers. */
  #fail(value?: unknown): void {
    const { error } = this.#call.stop;
    discardUnread(value, this.#kind.context);
    this.release();
    this.#rejectCall(error);
  }

  #rejectCall(error: unknown): void {
    this.#countFailure(error);
    this.#reject?.(error);
  }

  #startChunkTimer(): void {
    const { firstChunkMs, betweenChunksMs } = this.#kind.rules;
    const [ms, which] = this.#hasChunk
      ? ([betweenChunksMs, 'between-chunks'] as const)
      : ([firstChunkMs, 'first-chunk'] as const);
    if (ms !== undefined) this.#chunkTimer = this.#startTimer(ms, which, this.#kind.context.clock.now());
  }

  #startTimer(ms: number, reason: TimeLimitReason, since: number): Started {
    const { clock } = this.#kind.context;
    const fire = (): void => {
      // A late timer lets pending I/O run first, so that a result that has already arrived is delivered.
      if (clock.now() > since + ms + LATE_MS) afterThisTurn(() => this.#expire(ms, reason));
      else this.#expire(ms, reason);
    };
    return startTimer(clock, fire, ms);
  }

  #clearTimers(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#clearChunkTimer();
  }

  #clearChunkTimer(): void {
    this.#chunkTimer?.cancel();
    this.#chunkTimer = undefined;
  }

  #expire(limitMs: number, reason: TimeLimitReason): void {
    if (this.ended || this.isReleased) return;
    const { channel, clock, method } = this.#kind.context;
    const now = clock.now();
    const { circuit } = this.#call.admission;
    const ofCall = { method, ...(circuit && { circuit: circuit.name }) };
    const elapsedMs = now - this.#startedAt;
    const chaos = this.#call.isDisturbed && { chaos: true as const };
    channel('time_limited').audience(now)?.({ type: 'time_limited', ...ofCall, elapsedMs, reason, ...chaos });
    this.end('deadline', new TimeLimitError(limitMs, { ...ofCall, reason }));
  }
}
