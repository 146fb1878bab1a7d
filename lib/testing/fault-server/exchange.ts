import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ending } from './faults/connection-fault.js';
import type { Entry, Journal } from './journal.js';

/** How the end of a body is told to the client. */
export type Framing = 'content-length' | 'chunked' | 'close';

/** What the headers promise about the body and the connection. */
export interface Promises {
  readonly framing: Framing;
  readonly keepAlive: boolean;
  /** Bytes in the whole body. */
  readonly length: number;
}

/**
 * Milliseconds between the last byte and the end of a connection. A RST may overtake bytes that the client has not
 * read yet, and then a body that breaks off would look like an answer that never began.
 */
const READING_TIME_MS = 10;

/** The longest time that `setTimeout` takes; it turns a longer one into 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One request and the socket it came on. Once the client is gone every step does nothing and answers false. */
export class Exchange {
  #gone = false;
  /** What must be let go when the client leaves in the middle of a step. */
  readonly #interrupts = new Set<() => void>();

  constructor(
    readonly request: Entry,
    private readonly incoming: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly journal: Journal,
  ) {
    response.once('finish', () => journal.end(request, 'answered'));
    response.once('close', () => {
      this.#gone = true;
      journal.end(request, 'aborted');
      for (const interrupt of this.#interrupts) interrupt();
    });
    // The client may leave between two steps; its close tells, so that the failed write need not.
    response.on('error', () => undefined);
  }

  /** Resolves after the time, or at once with false when the connection ends first. */
  pause(ms: number): Promise<boolean> {
    if (ms === 0) return Promise.resolve(!this.#gone);
    return this.#step((done) => {
      // Whoever waits for the answer keeps the process alive; the server's own timers need not.
      const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS)).unref();
      return () => clearTimeout(timer);
    });
  }

  head(status: number, headers: Readonly<Record<string, string>>, promises: Promises): void {
    if (this.#gone) return;
    const { framing, keepAlive, length } = promises;
    if (framing === 'close') this.response.useChunkedEncodingByDefault = false;
    if (framing === 'close' || !keepAlive) this.response.shouldKeepAlive = false;
    const size = framing === 'content-length' ? { 'content-length': length } : {};
    this.response.writeHead(status, { 'x-request-id': this.request.requestId, ...headers, ...size });
    this.response.flushHeaders();
  }

  /** Resolves once the kernel has the bytes, so that a client that does not read slows the server down. */
  write(bytes: Uint8Array): Promise<boolean> {
    return this.#step((done) => {
      this.response.write(bytes, done);
      return () => undefined;
    });
  }

  end(): void {
    if (!this.#gone) this.response.end();
  }

  /** Ends the connection before the answer is complete. */
  async cut(by: Ending): Promise<void> {
    if (this.response.headersSent && !(await this.pause(READING_TIME_MS))) return;
    if (this.#gone) return;
    this.journal.end(this.request, 'broken');
    if (by === 'reset') this.incoming.socket.resetAndDestroy();
    else this.incoming.socket.destroySoon();
  }

  /** Sends words that are not HTTP and closes. */
  async interject(words: string): Promise<void> {
    if (this.#gone) return;
    this.incoming.socket.write(words);
    await this.cut('fin');
  }

  get started(): boolean {
    return this.response.headersSent;
  }

  #step(begin: (done: () => void) => () => void): Promise<boolean> {
    if (this.#gone) return Promise.resolve(false);
    return new Promise((resolve) => {
      const interrupt = (): void => {
        undo();
        this.#interrupts.delete(interrupt);
        resolve(false);
      };
      this.#interrupts.add(interrupt);
      const undo = begin(() => {
        this.#interrupts.delete(interrupt);
        resolve(!this.#gone);
      });
    });
  }
}
