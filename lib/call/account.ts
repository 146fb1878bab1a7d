// Counts and emits how each call ended. Only the outermost part of a pipeline does so, once for each call.
import type { Audience, Channel } from '../core/channel.js';
import { RateLimitedError } from '../core/errors.js';
import { type Failure, factsOf } from '../core/failure.js';
import { UNGUARDED } from './admission.js';
import { Call, callAfterwards } from './call.js';
import { Durations } from './durations.js';
import { watchEnd } from './open-stream.js';
import { openingOf } from './opening.js';
import { Answer, type Counter, type Stream } from './policy.js';
import type { CallContext } from './call-context.js';
import { Rejection } from './rejection.js';
import { type CallErrorType, type CallOutcome, type CallStats, count, type RefusedBy } from './stats.js';

/** Counts the calls of one method, for one version of its settings. */
export class Account implements Counter {
  readonly #context: CallContext;
  readonly #stats: CallStats;
  readonly #failedChannel: Channel;
  readonly #unknownChannel: Channel;

  constructor(context: CallContext) {
    this.#context = context;
    this.#failedChannel = context.channel('call_failed');
    this.#unknownChannel = context.channel('failure_unknown');
    this.#stats = context.stats;
    if (context.isTimed) this.#stats.durations ??= { success: new Durations(), failure: new Durations() };
  }

  get stats(): CallStats {
    return this.#stats;
  }

  /** Counts how the promise settles. */
  track(promise: Promise<unknown>, call: Call): Promise<unknown> {
    return promise.then(
      (value) => {
        this.resolved(value, call);
        return value;
      },
      (error) => {
        this.failed(error, call);
        return new Rejection(error);
      },
    );
  }

  /** The call resolved with this value: a stream is counted when it ends. */
  resolved(value: unknown, call: Call): void {
    // A fallback may answer every call with one object, which stays as it is.
    const opening = call.hasFallenBack ? undefined : openingOf(value, this.#context);
    if (opening) opening.rest = this.watch(opening.rest, call);
    else this.succeeded(call);
  }

  /** Counts a call that a policy answered instead of the inner layers. */
  answered(entered: Promise<unknown> | Answer, self: unknown, args: readonly unknown[], given?: Call) {
    // A promise has no such member, and `instanceof` costs more.
    const { by } = entered as Partial<Answer>;
    if (by === 'constant') {
      this.#stats.fellBack += 1;
      if (given) this.#close(given, 'fallback');
      return (entered as Answer).promise;
    }
    if (!(entered instanceof Answer))
      return this.track(entered, given ?? new Call(this.#context, self, args, UNGUARDED));
    const { promise, error } = entered;
    if (by === 'counted') return promise;
    // Emitted synchronously, so that the limit of nested events also stops a listener that repeats the rejected call.
    if (by === 'refusal') {
      this.#circuitRejected(error, self, args, given);
      return promise;
    }
    const call = entered.call ?? given ?? new Call(this.#context, self, args, UNGUARDED);
    if (by === 'fallback') call.hasFallenBack = true;
    return this.track(promise, call);
  }

  /**
   * Counts a stream when it ends; one that its reader leaves early counts as cancelled. The stream of a fallback counts
   * at once.
   */
  watch(rest: Stream, call: Call): Stream {
    if (call.hasFallenBack) {
      this.succeeded(call);
      return rest;
    }
    return watchEnd(rest, {
      ended: (how, error) => {
        if (how === 'completed') this.succeeded(call);
        else if (how === 'failed') this.failed(error, call);
        else this.#callCancelled(call);
      },
    });
  }

  /** The call succeeded, or the fallback answered it. */
  succeeded(call: Call): void {
    const stats = this.#stats;
    if (call.hasFallenBack) {
      stats.fellBack += 1;
      return this.#close(call, 'fallback');
    }
    stats.succeeded += 1;
    if (call.isRecovered) stats.recovered += 1;
    this.#close(call, 'success');
  }

  /** A call without a {@link Call} failed. */
  failedAfterwards(error: unknown, self: unknown, args: readonly unknown[]): void {
    this.failed(error, callAfterwards(this.#context, self, args, UNGUARDED));
  }

  /** The call failed. */
  failed(error: unknown, call: Call): void {
    const failure = call.failureOf(error);
    const refusedBy = refusalOf(error, failure, call);
    // Emitted before the call is closed: an exporter adds the event to the call's span.
    this.#emit(error, failure, call);
    if (failure.kind === 'cancelled') this.#callCancelled(call);
    else if (refusedBy) {
      count(this.#stats.refused, refusedBy);
      this.#close(call, 'refused', refusedBy);
    } else {
      count(this.#stats.failed, failure.kind);
      this.#close(call, 'failure', failure.kind);
    }
  }

  /** A circuit rejected the call. */
  #circuitRejected(error: unknown, self: unknown, args: readonly unknown[], given: Call | undefined): void {
    count(this.#stats.refused, 'circuit-open');
    // Rejections must be cheap, so the error is classified only if the event has an audience.
    if (this.#failedChannel.audience(this.#context.clock.now())) {
      const call = given ?? new Call(this.#context, self, args, UNGUARDED);
      this.#emit(error, call.failureOf(error), call);
    }
    if (given) this.#close(given, 'refused', 'circuit-open');
  }

  #callCancelled(call: Call): void {
    this.#stats.cancelled += 1;
    this.#close(call, 'cancelled');
  }

  #close(call: Call, outcome: CallOutcome, errorType?: CallErrorType): void {
    if (call.since === undefined) return;
    const durationMs = Math.max(0, this.#context.clock.now() - call.since);
    if (outcome === 'success' || outcome === 'failure') this.#stats.durations?.[outcome].add(durationMs);
    const { attempts, watched } = call;
    call.watched = undefined;
    watched?.ended({ outcome, errorType, circuit: this.#stats.circuit, attempts, durationMs });
  }

  #emit(error: unknown, failure: Failure, call: Call): void {
    const stats = this.#stats;
    // An outer decorated function counts and emits the failure.
    if (stats.isBeneath) return;
    // The time of classification; saves reading the clock again.
    const now = call.failedAt;
    const failedAudience = this.#failedChannel.audience(now);
    if (failedAudience) this.#emitFailed(failedAudience, failure, call);
    if (failure.kind !== 'unknown' || stats.hasToldUnknown) return;
    const audience = this.#unknownChannel.audience(now);
    // Without an audience the event is not marked as emitted, so that a later failure emits it.
    if (!audience) return;
    stats.hasToldUnknown = true;
    audience(this.#context.unknownFailure(this.#circuitOf(call), error, failure));
  }

  #emitFailed(tell: Audience, failure: Failure, call: Call): void {
    const circuit = this.#circuitOf(call);
    tell({
      type: 'call_failed',
      method: this.#context.method,
      ...(circuit !== undefined && { circuit }),
      attempts: call.attempts,
      ...(call.since !== undefined && { durationMs: Math.max(0, call.failedAt - call.since) }),
      ...factsOf(failure),
    });
  }

  #circuitOf({ admission }: Call): string | undefined {
    return admission.circuit?.name ?? this.#stats.circuit;
  }
}

/** Which policy rejected the call; undefined if an attempt was made. */
function refusalOf(error: unknown, { kind }: Failure, call: Call): RefusedBy | undefined {
  if (kind === 'circuit-open' || kind === 'concurrency-limit') return kind;
  if (!(error instanceof RateLimitedError)) return undefined;
  const { attempts } = (call.shared ?? call).outermost;
  return attempts === 0 ? 'rate-limit-wait' : undefined;
}
