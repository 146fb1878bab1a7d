import { AsyncLocalStorage } from 'node:async_hooks';

interface Signalling {
  readonly signal: AbortSignal;
}

const current = new AsyncLocalStorage<Signalling>();

/**
 * The signal of the attempt that is running, to hand to the client's call: it aborts when the innermost time limit
 * ends, when another attempt has won, or with the caller's own reason when the caller's signal does. Undefined where no
 * method under `@TimeLimited()` or `@Hedged()` is running.
 */
export function currentSignal(): AbortSignal | undefined {
  return current.getStore()?.signal;
}

/** Runs what may ask for the current signal. It slows every promise in there, so only what can end early is run so. */
export function runUnder<T>(scope: Signalling, run: () => T): T {
  return current.run(scope, run);
}
