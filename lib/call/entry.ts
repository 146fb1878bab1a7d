import { Account } from './account.js';
import { Call, UNGUARDED } from './call.js';
import { started } from './current-attempt.js';
import { Opener } from './opener.js';
import type { Next, Stream } from './policy.js';
import { handOut } from './reader.js';
import type { Site } from './site.js';
import { watched, watching } from './watched.js';

/** Runs the method, in the innermost scope of its call if there is one. */
export function inScope(method: Next, { stats, observers }: Site): Next {
  const start: Next = (self, args, call) => started(call, method, self, args);
  const run = observers.length > 0 ? watched(start) : start;
  const attempt = (self: unknown, args: readonly unknown[], call: Call): Promise<unknown> => {
    stats.attempts += 1;
    call.noteAttempt();
    return run(self, args, call);
  };
  return (self, args, call) => {
    if (!call) {
      stats.attempts += 1;
      return started(call, method, self, args);
    }
    call.attempt += 1;
    const { scope, onMethod } = call;
    if (!scope) return attempt(self, args, call);
    const begin = (): Promise<unknown> => attempt(self, args, call);
    return scope.run(onMethod ? () => seen(begin(), onMethod) : begin);
  };
}

function seen<T>(running: Promise<T>, see: (running: Promise<T>) => void): Promise<T> {
  see(running);
  return running;
}

/** How a call of a method begins: not at all if the caller's signal is aborted. */
export function handle(run: Next, site: Site): (self: unknown, args: readonly unknown[]) => Promise<unknown> {
  const { signalOf, stats } = site;
  const refuse = refusing(site);
  const begin = beginning(run, site);
  const isSeen = begin !== run;
  return (self, args) => {
    stats.started += 1;
    let signal: AbortSignal | undefined;
    try {
      signal = signalOf(args);
    } catch (error) {
      return refuse(self, args, error);
    }
    if (signal === undefined && !isSeen) return run(self, args);
    const call = new Call(site, self, args, UNGUARDED, signal);
    return signal?.aborted ? refuse(self, args, signal.reason, signal) : begin(self, args, call);
  };
}

/** The same for a method that yields: it begins when its first chunk is asked for. */
export function handleStream(run: Next, site: Site): (self: unknown, args: readonly unknown[]) => Stream {
  const { stats } = site;
  const refuse = refusing(site);
  const beginRun = beginning(run, site);
  const begin: Next = (self, args, call) => {
    stats.started += 1;
    const signal = call?.signal;
    return signal?.aborted ? refuse(self, args, signal.reason, signal) : beginRun(self, args, call);
  };
  return (self, args) => {
    let signal: AbortSignal | undefined;
    let open = begin;
    try {
      signal = site.signalOf(args);
    } catch (error) {
      open = () => {
        stats.started += 1;
        return refuse(self, args, error);
      };
    }
    return handOut(new Opener(open, new Call(site, self, args, UNGUARDED, signal)), site);
  };
}

/** Begins a call that is measured or watched: it has a {@link Call}. */
function beginning(run: Next, site: Site): Next {
  const { clock, observers } = site;
  if (!site.isTimed && observers.length === 0) return run;
  const watch = watching(observers, run);
  return (self, args, call) => {
    if (call) call.since = clock.now();
    return watch(self, args, call);
  };
}

type Refuse = (self: unknown, args: readonly unknown[], error: unknown, signal?: AbortSignal) => Promise<never>;

/** A call that nothing runs for is counted all the same. */
function refusing(site: Site): Refuse {
  const account = new Account(site);
  return (self, args, error, signal) => {
    account.failed(error, new Call(site, self, args, UNGUARDED, signal));
    return Promise.reject(error);
  };
}
