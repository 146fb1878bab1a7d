/** Options of every call of a service. */
export interface CallOptions {
  /** Ends the call, and the waits between its attempts, with the signal's reason. */
  readonly signal?: AbortSignal;
}
