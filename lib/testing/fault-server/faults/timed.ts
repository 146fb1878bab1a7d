/** The fields of every fault. */
export interface Timed {
  /** Milliseconds between the request's arrival and the fault. @default the server's `latencyMs` */
  readonly delayMs?: number;
}
