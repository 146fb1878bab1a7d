/** How a fault server is started. */
export interface FaultServerOptions {
  /** The port on 127.0.0.1. @default 0, which lets the system choose a free one */
  readonly port?: number;
  /** Milliseconds before each answer; a fault's own `delayMs` takes its place. @default 0 */
  readonly latencyMs?: number;
  /** How many requests are remembered, the latest ones; `count` counts them all. @default 10_000 */
  readonly recordLimit?: number;
  /**
   * Whether the server alone keeps the process running. By default it does not: a test that forgets `close()` ends
   * all the same, and a client that waits for an answer keeps its own process running anyway. A program that is
   * nothing but this server needs `true`.
   *
   * @default false
   */
  readonly keepProcessAlive?: boolean;
}
