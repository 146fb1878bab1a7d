import type { CallObserver } from '../call/observer.js';
import { runtime } from './runtime.js';

// Decorated methods see a change at their next call: a new version of the runtime.

/**
 * Measures how long calls take from now on.
 * @returns a function that ends it
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
 * Lets an exporter watch every call from now on.
 * @returns a function that ends it
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
