/**
 * Where a fleet keeps its records: `run` executes the script, or does what `step()` does under a compare-and-set with
 * the store's own clock.
 */
export interface FleetStore {
  /** Runs the script once. Rejects when the store does not answer. */
  run(keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /**
   * Hears the messages of a channel. `gap` says that messages may have been lost. A store without it works by turns:
   * members read every `fleet.sync`, 10 seconds by default.
   */
  subscribe?(channel: string, heard: (message: string) => void, gap: () => void): Promise<void>;
  close(): Promise<void>;
}
