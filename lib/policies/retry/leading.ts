import { AsyncLocalStorage } from 'node:async_hooks';
import { shared } from '../../core/shared.js';

/** A call that alone may retry: inner retried methods make one attempt each while it runs. */
interface RepeatingCall {
  isOver: boolean;
}

const state = shared('retry.leading', () => ({ repeating: new AsyncLocalStorage<RepeatingCall>(), running: 0 }));
const { repeating } = state;

/**
 * Runs an attempt whose inner retries make one attempt each. Slows every promise of the process meanwhile, so it is
 * used only for `nested: 'outer-only'`.
 */
export async function repeatAlone<T>(run: () => Promise<T>): Promise<T> {
  const repeatingCall: RepeatingCall = { isOver: false };
  state.running += 1;
  try {
    return await repeating.run(repeatingCall, run);
  } finally {
    repeatingCall.isOver = true;
    state.running -= 1;
    // Without this, it would go on slowing every promise.
    if (state.running === 0) repeating.disable();
  }
}

/** True if only an outer call may retry. */
export function isRepeatedOutside(): boolean {
  return state.running > 0 && repeating.getStore()?.isOver === false;
}
