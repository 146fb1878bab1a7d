import { AsyncLocalStorage } from 'node:async_hooks';

/** A call that alone may repeat: retried methods within it stand back while it is at work. */
interface Lead {
  isOver: boolean;
}

const leading = new AsyncLocalStorage<Lead>();
let atWork = 0;

/** Runs what may not repeat by itself. It slows every promise of the process while it runs, so only who asks is run so. */
export async function lead<T>(run: () => Promise<T>): Promise<T> {
  const own: Lead = { isOver: false };
  atWork += 1;
  try {
    return await leading.run(own, run);
  } finally {
    own.isOver = true;
    atWork -= 1;
    // Left enabled, it would slow them for ever.
    if (atWork === 0) leading.disable();
  }
}

/** Whether a call further out alone may repeat. */
export function isLed(): boolean {
  return atWork > 0 && leading.getStore()?.isOver === false;
}
