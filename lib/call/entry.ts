import { Account } from './account.js';
import { UNGUARDED } from './admission.js';
import { Call } from './call.js';
import { started } from './current-attempt.js';
import { Opener } from './opener.js';
import type { Next, Stream } from './policy.js';
import { handOut } from './reader.js';
import { reasonOf } from './signals.js';
import type { MethodContext } from './method-context.js';

/** Runs the method, in the innermost scope of its call if there is one. Counts the attempt. */
export function inScope(method: Next, { stats, watching }: MethodContext): Next {
  const start: Next = (self, args, call) => started(call, method, self, args);
  const run = watching ? watching.attempt(start) : start;
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
    return scope.run(onMethod ? () => observed(begin(), onMethod) : begin);
  };
}

function observed<T>(running: Promise<T>, observer: (running: Promise<T>) => void): Promise<T> {
  observer(running);
  return running;
}

/** The function that callers call. Rejects at once if the caller's signal is aborted. */
export function handle(
  run: Next,
  context: MethodContext,
): (self: unknown, args: readonly unknown[]) => Promise<unknown> {
  const { signalOf, stats } = context;
  const refuse = refusing(context);
  const begin = beginning(run, context);
  const hasBeginStep = begin !== run;
  return (self, args) => {
    stats.started += 1;
    let signal: AbortSignal | undefined;
    try {
      signal = signalOf(args);
    } catch (error) {
      return refuse(self, args, error);
    }
    if (signal === undefined && !hasBeginStep) return run(self, args);
    const call = new Call(context, self, args, UNGUARDED, signal);
    return signal?.aborted ? refuse(self, args, reasonOf(signal), signal) : begin(self, args, call);
  };
}

/** Like `handle`, for an `async *` method: the call begins when the reader asks for the first chunk. */
export function handleStream(run: Next, context: MethodContext): (self: unknown, args: readonly unknown[]) => Stream {
  const { stats } = context;
  const refuse = refusing(context);
  const beginRun = beginning(run, context);
  const begin: Next = (self, args, call) => {
    stats.started += 1;
    const signal = call?.signal;
    return signal?.aborted ? refuse(self, args, reasonOf(signal), signal) : beginRun(self, args, call);
  };
  return (self, args) => {
    let signal: AbortSignal | undefined;
    let open = begin;
    try {
      signal = context.signalOf(args);
    } catch (error) {
      open = () => {
        stats.started += 1;
        return refuse(self, args, error);
      };
    }
    return handOut(new Opener(open, new Call(context, self, args, UNGUARDED, signal)), context);
  };
}

/** Begins a call that is measured or watched; such a call always has a {@link Call}. */
function beginning(run: Next, context: MethodContext): Next {
  const { clock, watching } = context;
  if (!context.isTimed && !watching) return run;
  const watch = watching ? watching.call(run) : run;
  return (self, args, call) => {
    if (call) call.since = clock.now();
    return watch(self, args, call);
  };
}

type Refuse = (self: unknown, args: readonly unknown[], error: unknown, signal?: AbortSignal) => Promise<never>;

/** Rejects a call before any policy runs, and counts it. */
function refusing(context: MethodContext): Refuse {
  const account = new Account(context);
  return (self, args, error, signal) => {
    account.failed(error, new Call(context, self, args, UNGUARDED, signal));
    return Promise.reject(error);
  };
}
