// How a call ended, counted and emitted: once for each call, by the outermost part of its pipeline.
import type { Audience, Channel } from '../core/channel.js';
import { RateLimitedError } from '../core/errors.js';
import { type Failure, factsOf } from '../core/failure.js';
import { Call, callAfterwards, UNGUARDED } from './call.js';
import { Durations } from './durations.js';
import { watchEnd } from './open-stream.js';
import { openingOf } from './opening.js';
import { Answer, type Stream } from './policy.js';
import { sharedCallOf } from './shared.js';
import type { Site } from './site.js';
import { type CallErrorType, type CallOutcome, type CallStats, count, type RefusedBy } from './stats.js';

/** Counts the calls of one method, under one version of its settings. */
export class Account {
  readonly #site: Site;
  readonly #stats: CallStats;
  readonly #failures: Channel;
  readonly #unknown: Channel;

  constructor(site: Site) {
    this.#site = site;
    this.#failures = site.channel('call_failed');
    this.#unknown = site.channel('failure_unknown');
    this.#stats = site.stats;
    if (site.isTimed) this.#stats.durations ??= { success: new Durations(), failure: new Durations() };
  }

  get stats(): CallStats {
    return this.#stats;
  }

  /** Counts how a promise ends. */
  track(promise: Promise<unknown>, call: Call): Promise<unknown> {
    return promise.then(
      (value) => {
        const opening = call.hasFallenBack ? undefined : openingOf(value, this.#site);
        if (opening) opening.rest = this.watch(opening.rest, call);
        else this.succeeded(call);
        return value;
      },
      (error) => {
        this.failed(error, call);
        throw error;
      },
    );
  }

  /** Counts what a policy answered instead of everything further in. */
  answered(entered: Promise<unknown> | Answer, self: unknown, args: readonly unknown[], given?: Call) {
    if (!(entered instanceof Answer)) return this.track(entered, given ?? new Call(this.#site, self, args, UNGUARDED));
    const { promise, by, error } = entered;
    if (by === 'constant') {
      this.#stats.fellBack += 1;
      if (given) this.#close(given, 'fallback');
      return promise;
    }
    // Emitted at once, so that a listener that calls what was refused is stopped as one that calls itself is.
    if (by === 'refusal') {
      this.#refused(error, self, args, given);
      return promise;
    }
    const call = entered.call ?? given ?? new Call(this.#site, self, args, UNGUARDED);
    if (by === 'fallback') call.hasFallenBack = true;
    return this.track(promise, call);
  }

  /** A stream is counted when it ends: one that its reader leaves early counts as cancelled. */
  watch(rest: Stream, call: Call): Stream {
    return watchEnd(rest, {
      ended: (how, error) => {
        if (how === 'completed') this.succeeded(call);
        else if (how === 'failed') this.failed(error, call);
        else this.#cancelled(call);
      },
    });
  }

  /** The call ended well, if the fallback did not answer it. */
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

  /** A call without a {@link Call} ended in an error. */
  failedAfterwards(error: unknown, self: unknown, args: readonly unknown[]): void {
    this.failed(error, callAfterwards(this.#site, self, args, UNGUARDED));
  }

  /** The call ended in an error. */
  failed(error: unknown, call: Call): void {
    const failure = call.failureOf(error);
    const refusedBy = refusalOf(error, failure, call);
    // Before the end: an exporter adds the event to the call's span.
    this.#tell(error, failure, call);
    if (failure.kind === 'cancelled') this.#cancelled(call);
    else if (refusedBy) {
      count(this.#stats.refused, refusedBy);
      this.#close(call, 'refused', refusedBy);
    } else {
      count(this.#stats.failed, failure.kind);
      this.#close(call, 'failure', failure.kind);
    }
  }

  /** A circuit refused the call. */
  #refused(error: unknown, self: unknown, args: readonly unknown[], given: Call | undefined): void {
    count(this.#stats.refused, 'circuit-open');
    // An error is classified only if somebody hears of it: refusals have to be cheap.
    if (this.#failures.audience(this.#site.clock.now())) {
      const call = given ?? new Call(this.#site, self, args, UNGUARDED);
      this.#tell(error, call.failureOf(error), call);
    }
    if (given) this.#close(given, 'refused', 'circuit-open');
  }

  #cancelled(call: Call): void {
    this.#stats.cancelled += 1;
    this.#close(call, 'cancelled');
  }

  #close(call: Call, outcome: CallOutcome, errorType?: CallErrorType): void {
    if (call.since === undefined) return;
    const durationMs = Math.max(0, this.#site.clock.now() - call.since);
    if (outcome === 'success' || outcome === 'failure') this.#stats.durations?.[outcome].add(durationMs);
    const { attempts, watched } = call;
    call.watched = undefined;
    watched?.ended({ outcome, errorType, circuit: this.#stats.circuit, attempts, durationMs });
  }

  #tell(error: unknown, failure: Failure, call: Call): void {
    const stats = this.#stats;
    // Another decorated function, further out, has the last word.
    if (stats.isBeneath) return;
    // When it was classified, which is not long ago.
    const now = call.failedAt;
    const failures = this.#failures.audience(now);
    if (failures) this.#tellFailed(failures, failure, call);
    if (failure.kind !== 'unknown' || stats.hasToldUnknown) return;
    const hearers = this.#unknown.audience(now);
    // When nobody hears it, it is emitted for whoever listens later.
    if (!hearers) return;
    stats.hasToldUnknown = true;
    hearers(this.#site.unknownFailure(this.#circuitOf(call), error, failure));
  }

  #tellFailed(tell: Audience, failure: Failure, call: Call): void {
    const circuit = this.#circuitOf(call);
    tell({
      type: 'call_failed',
      method: this.#site.method,
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

/** Why the call was refused, if no attempt was made. */
function refusalOf(error: unknown, { kind }: Failure, call: Call): RefusedBy | undefined {
  if (kind === 'circuit-open' || kind === 'concurrency-limit') return kind;
  if (!(error instanceof RateLimitedError)) return undefined;
  const { attempts } = (sharedCallOf(error) ?? call).outermost;
  return attempts === 0 ? 'rate-limit-wait' : undefined;
}
