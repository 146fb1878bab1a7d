/** The options of `startFaultServer()`. */
export interface FaultServerOptions {
  /** The port on 127.0.0.1. @default 0, which lets the system choose a free one */
  readonly port?: number;
  /** Milliseconds before each answer. A fault's `delayMs` overrides it. @default 0 */
  readonly latencyMs?: number;
  /** How many of the last requests are kept. `count` counts all of them. @default 10_000 */
  readonly recordLimit?: number;
  /**
   * Whether the server keeps the process running. If false, a test that forgets `close()` still ends; a client that
   * waits for an answer keeps its process running anyway. Set it to true in a program that only runs this server.
   *
   * @default false
   */
  readonly keepProcessAlive?: boolean;
}
