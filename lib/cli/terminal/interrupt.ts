import { setMaxListeners } from 'node:events';
import { EXIT } from '../exit-code.js';

/** The reason of an abort by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs work that Ctrl-C ends: aborts its signal with {@link Interrupted}, so that the work can clean up. A second Ctrl-C
 * ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  // Every running call listens, and there may be many: no leak that Node should warn of.
  setMaxListeners(0, controller.signal);
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted());
  };
  // Not `once`: as the only listener left, the one that restores the cursor would end the process at once.
  process.on('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    // An aborted step may throw anything; the reason is Ctrl-C.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
