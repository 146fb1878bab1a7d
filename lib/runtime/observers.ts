import type { CallObserver } from '../call/observer.js';
import { runtime } from './runtime.js';

// Each change increases the version of the runtime, so that decorated methods notice it at their next call.

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
  runtime.observers = [...runtime.observers, observer];
  runtime.version += 1;
  return once(() => {
    runtime.observers = runtime.observers.filter((other) => other !== observer);
    runtime.version += 1;
  });
}

function once(undo: () => void): () => void {
  let isUndone = false;
  return () => {
    if (!isUndone) undo();
    isUndone = true;
  };
}
