import { Call, UNGUARDED } from './call.js';
import { Opener } from './opener.js';
import type { Next, Stream } from './policy.js';
import { handOut } from './reader.js';
import type { Site } from './site.js';

/** Runs the method, in the innermost scope of its call if there is one. */
export function inScope(method: Next): Next {
  return (self, args, call) => {
    const scope = call?.scope;
    return scope ? scope.run(() => method(self, args, call)) : method(self, args, call);
  };
}

/** How a call of a method begins: not at all if the caller's signal is aborted. */
export function handle(run: Next, site: Site): (self: unknown, args: readonly unknown[]) => Promise<unknown> {
  const { signalOf } = site;
  return (self, args) => {
    let signal: AbortSignal | undefined;
    try {
      signal = signalOf(args);
    } catch (error) {
      return Promise.reject(error);
    }
    if (signal === undefined) return run(self, args);
    return signal.aborted
      ? Promise.reject(signal.reason)
      : run(self, args, new Call(site, self, args, UNGUARDED, signal));
  };
}

/** The same for a method that yields: it begins when its first chunk is asked for. */
export function handleStream(run: Next, site: Site): (self: unknown, args: readonly unknown[]) => Stream {
  const begin: Next = (self, args, call) => {
    return call?.signal?.aborted ? Promise.reject(call.signal.reason) : run(self, args, call);
  };
  return (self, args) => {
    let signal: AbortSignal | undefined;
    let open = begin;
    try {
      signal = site.signalOf(args);
    } catch (error) {
      open = () => Promise.reject(error);
    }
    return handOut(new Opener(open, new Call(site, self, args, UNGUARDED, signal)), site);
  };
}
