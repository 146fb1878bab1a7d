// Calls that an exporter watches. They have a `Call` from the start, and run in the exporter's async context.
import type { Clock } from '../core/clock.js';
import type { Call } from './call.js';
import type { Watching } from './method-context.js';
import type { AttemptWatching, CallEnd, CallObserver, CallWatch, CallWatching, Watch } from './observer.js';
import { watchEnd } from './open-stream.js';
import { openingOf } from './opening.js';
import type { Next } from './policy.js';
import { Rejection } from './rejection.js';

/** What runs calls so that these exporters watch them. */
export function watchingBy(observers: readonly CallObserver[]): Watching | undefined {
  return observers.length === 0 ? undefined : { call: (run) => watchedCall(observers, run), attempt: watchedAttempt };
}

/** Runs a call inside its watches. */
function watchedCall(observers: readonly CallObserver[], run: Next): Next {
  return (self, args, call) => {
    const { method } = (call as Call).context;
    const watches: CallWatch[] = [];
    for (const observer of observers) {
      const watch = guarded(() => observer.begin(method));
      if (watch) watches.push(watch);
    }
    if (watches.length === 0) return run(self, args, call);
    (call as Call).watched = new WatchedCall(watches);
    return within(watches, () => run(self, args, call));
  };
}

/** Runs an attempt of a call that is watched. One that opens a stream ends with the stream. */
function watchedAttempt(method: Next): Next {
  return (self, args, call) => {
    const { outermost, isHedge, context, scope } = call as Call;
    const attempt = outermost.watched?.attempt(outermost.attempts, isHedge, context.clock);
    if (!attempt) return method(self, args, call);
    const failed = (error: unknown): void => attempt.ended((call as Call).failureOf(error).kind);
    return attempt
      .within(() => method(self, args, call))
      .then(
        (value) => {
          const opening = openingOf(value, context, scope);
          if (!opening) attempt.ended();
          else
            opening.rest = watchEnd(opening.rest, {
              ended: (how, error) => {
                if (how === 'failed') failed(error);
                else attempt.ended(how === 'left' ? 'cancelled' : undefined);
              },
            });
          return value;
        },
        (error: unknown) => {
          failed(error);
          return new Rejection(error);
        },
      );
  };
}

/** What exporters see of one call. */
class WatchedCall implements CallWatching {
  readonly #watches: readonly CallWatch[];
  #running: Set<AttemptWatching> | undefined;

  constructor(watches: readonly CallWatch[]) {
    this.#watches = watches;
  }

  attempt(number: number, isHedge: boolean, clock: Clock): AttemptWatching | undefined {
    if (!this.#watches.some((watch) => watch.attempt)) return undefined;
    const watches = this.#watches.flatMap((watch) => guarded(() => watch.attempt?.(number, isHedge)) ?? []);
    const since = clock.now();
    const running = (this.#running ??= new Set());
    const attempt: AttemptWatching = {
      within: (run) => within(watches, run),
      ended: (errorType) => {
        if (!running.delete(attempt)) return;
        const durationMs = Math.max(0, clock.now() - since);
        for (const watch of watches) guarded(() => watch.ended?.({ errorType, durationMs }));
      },
    };
    running.add(attempt);
    return attempt;
  }

  ended(end: CallEnd): void {
    // The method may still run, but the call no longer waits for it.
    for (const attempt of this.#running ?? []) attempt.ended('cancelled');
    for (const watch of this.#watches) guarded(() => watch.ended?.(end));
  }
}

/** Runs in the context of each watch, the first one outermost. */
function within<T>(watches: readonly Pick<Watch<never>, 'within'>[], run: () => T): T {
  if (!watches.some((watch) => watch.within)) return run();
  return watches.reduceRight<() => T>((inner, watch) => () => enter(watch, inner), run)();
}

/** Runs once in the context of a watch, or without it if the exporter fails. */
function enter<T>(watch: Pick<Watch<never>, 'within'>, run: () => T): T {
  let result: T | undefined;
  let hasRun = false;
  const once = (): T => {
    hasRun = true;
    return (result = run());
  };
  try {
    watch.within?.(once);
  } catch (error) {
    // Without a result, `run` itself has thrown.
    if (hasRun && result === undefined) throw error;
  }
  return hasRun ? (result as T) : run();
}

/** Calls an exporter and ignores what it throws. */
function guarded<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
