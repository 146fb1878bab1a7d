import { shared } from '../core/shared.js';

const state = shared('runtime.sharers', () => ({ members: 1, watchers: new Set<(members: number) => void>() }));

/**
 * Calls `watcher` with how many processes share limits, now and whenever that changes: those of the fleet that this
 * process has joined, or 1. @returns a function that ends it
 */
export function watchSharers(watcher: (members: number) => void): () => void {
  state.watchers.add(watcher);
  watcher(state.members);
  return () => state.watchers.delete(watcher);
}

/** Limits are divided by so many processes from now on. */
export function shareLimits(members: number): void {
  const before = state.members;
  state.members = Math.max(1, members);
  if (state.members !== before) for (const watcher of state.watchers) watcher(state.members);
}
