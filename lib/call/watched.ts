// Calls that an exporter watches: they have a `Call` from the beginning, and the exporter's async context around them.
import type { Call } from './call.js';
import type { AttemptEnd, CallObserver, Watch } from './observer.js';
import type { Next } from './policy.js';

/** Runs a call with what watches it around it. */
export function watching(observers: readonly CallObserver[], run: Next): Next {
  if (observers.length === 0) return run;
  return (self, args, call) => {
    const { method } = (call as Call).site;
    const watches = observers.flatMap((observer) => guarded(() => observer.begin(method)) ?? []);
    if (watches.length === 0) return run(self, args, call);
    (call as Call).watches = watches;
    return within(watches, () => run(self, args, call));
  };
}

/** Runs an attempt of a call that is watched. */
export function watched(method: Next): Next {
  return (self, args, call) => {
    const { outermost, isHedge, site } = call as Call;
    const { watches = [], attempts } = outermost;
    const attempt = watches.flatMap((watch) => guarded(() => watch.attempt?.(attempts, isHedge)) ?? []);
    if (attempt.length === 0) return method(self, args, call);
    const since = site.clock.now();
    const end = (errorType?: AttemptEnd['errorType']): void => {
      const durationMs = Math.max(0, site.clock.now() - since);
      for (const one of attempt) guarded(() => one.ended?.({ errorType, durationMs }));
    };
    const running = within(attempt, () => method(self, args, call));
    return running.then(
      (value) => {
        end();
        return value;
      },
      (error: unknown) => {
        end((call as Call).failureOf(error).kind);
        throw error;
      },
    );
  };
}

/** Tells the watches of a call how it ended. */
export function ended<End>(watches: readonly Watch<End>[], end: End): void {
  for (const watch of watches) guarded(() => watch.ended?.(end));
}

/** Runs in the context of each watch, the first one outermost. */
function within<T>(watches: readonly Pick<Watch<never>, 'within'>[], run: () => T): T {
  return watches.reduceRight<() => T>((inner, watch) => () => watch.within?.(inner) ?? inner(), run)();
}

/** Calls an exporter: what it throws changes nothing. */
function guarded<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
