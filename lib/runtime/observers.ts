import type { CallObserver } from '../call/observer.js';
import { runtime } from './runtime.js';

let timed = 0;

/**
 * Measures how long calls take from now on.
 * @returns a function that ends it
 */
export function measureDurations(): () => void {
  timed += 1;
  renew();
  return once(() => {
    timed -= 1;
    renew();
  });
}

/**
 * Lets an exporter watch every call from now on.
 * @returns a function that ends it
 */
export function observeCalls(observer: CallObserver): () => void {
  runtime.observers = [...runtime.observers, observer];
  renew();
  return once(() => {
    runtime.observers = runtime.observers.filter((other) => other !== observer);
    renew();
  });
}

/** Decorated methods see the change at their next call. */
function renew(): void {
  runtime.isTimed = timed > 0;
  runtime.version += 1;
}

function once(undo: () => void): () => void {
  let isUndone = false;
  return () => {
    if (!isUndone) undo();
    isUndone = true;
  };
}
