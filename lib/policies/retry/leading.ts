import { AsyncLocalStorage } from 'node:async_hooks';
import { shared } from '../../core/shared.js';

/** A call that alone may repeat: retried methods within it stand back while it is at work. */
interface Lead {
  isOver: boolean;
}

const state = shared('retry.leading', () => ({ leading: new AsyncLocalStorage<Lead>(), atWork: 0 }));
const { leading } = state;

/** Runs what may not repeat by itself. It slows every promise of the process while it runs, so only who asks is run so. */
export async function lead<T>(run: () => Promise<T>): Promise<T> {
  const own: Lead = { isOver: false };
  state.atWork += 1;
  try {
    return await leading.run(own, run);
  } finally {
    own.isOver = true;
    state.atWork -= 1;
    // Left enabled, it would slow them for ever.
    if (state.atWork === 0) leading.disable();
  }
}

/** Whether a call further out alone may repeat. */
export function isLed(): boolean {
  return state.atWork > 0 && leading.getStore()?.isOver === false;
}
