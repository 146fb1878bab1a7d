import { setMaxListeners } from 'node:events';
import { EXIT } from '../exit-code.js';

/** Why work was stopped: Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs work that Ctrl-C ends: its signal is aborted with {@link Interrupted}, so that it can put things in order. Who
 * presses it a second time does not want to wait for that.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  // Every call that is under way listens, and there may be many: that is no leak, and Node need not warn of one.
  setMaxListeners(0, controller.signal);
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted());
  };
  // Not `once`: what restores the cursor would find itself the only listener then, and end the process at once.
  process.on('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    // Whatever an aborted step threw, this is why.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
