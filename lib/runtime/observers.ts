import type { CallObserver } from '../call/observer.js';
import { watchingBy } from '../call/watched.js';
import { shared } from '../core/shared.js';
import { runtime } from './runtime.js';

// Each change increases the version of the runtime, so that decorated methods notice it at their next call.

const registered = shared('runtime.observers', () => ({ observers: [] as readonly CallObserver[] }));

/**
 * Measures the durations of calls from now on.
 * @returns a function that stops it
 */
export function measureDurations(): () => void {
  runtime.durationReaders += 1;
  runtime.version += 1;
  return once(() => {
    runtime.durationReaders -= 1;
    runtime.version += 1;
  });
}

/**
 * Lets an exporter observe every call from now on.
 * @returns a function that stops it
 */
export function observeCalls(observer: CallObserver): () => void {
  watchBy([...registered.observers, observer]);
  return once(() => watchBy(registered.observers.filter((other) => other !== observer)));
}

function watchBy(observers: readonly CallObserver[]): void {
  registered.observers = observers;
  runtime.watching = watchingBy(observers);
  runtime.version += 1;
}

function once(undo: () => void): () => void {
  let isUndone = false;
  return () => {
    if (!isUndone) undo();
    isUndone = true;
  };
}
