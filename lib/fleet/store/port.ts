/**
 * The store of a fleet's records. `run` executes the script. Without scripts, it applies `step()` in a compare-and-set,
 * with the time of the store's own clock.
 */
export interface FleetStore {
  /** Runs the script once. Rejects if the store does not answer. */
  run(keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /**
   * Subscribes to the messages of a channel. The store calls `gap` if messages may have been lost. If a store has no
   * `subscribe`, members read the records every `fleet.sync`, which is then 10 seconds by default.
   */
  subscribe?(channel: string, heard: (message: string) => void, gap: () => void): Promise<void>;
  close(): Promise<void>;
}
