import { setMaxListeners } from 'node:events';
import { EXIT } from '../exit-code.js';

/** The reason of an abort by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs work that Ctrl-C interrupts: aborts its signal with {@link Interrupted}, so that the work can clean up. A second
 * Ctrl-C ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  // Every running call adds a listener. Many listeners are no leak here, so Node must not warn.
  setMaxListeners(0, controller.signal);
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted());
  };
  // Not `once`: if this listener were removed, another listener, which restores the cursor, would end the process at
  // once.
  process.on('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    // After an abort, any error is a consequence of Ctrl-C.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
