const watchers = new Set<(members: number) => void>();
let sharers = 1;

/**
 * Calls `watcher` with how many processes share limits, now and whenever that changes: those of the fleet that this
 * process has joined, or 1. @returns a function that ends it
 */
export function watchSharers(watcher: (members: number) => void): () => void {
  watchers.add(watcher);
  watcher(sharers);
  return () => watchers.delete(watcher);
}

/** Limits are divided by so many processes from now on. */
export function shareLimits(members: number): void {
  const before = sharers;
  sharers = Math.max(1, members);
  if (sharers !== before) for (const watcher of watchers) watcher(sharers);
}
