import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ending } from './faults/connection-fault.js';
import type { Entry, Journal } from './journal.js';

/** How the client recognises the end of a body. */
export type Framing = 'content-length' | 'chunked' | 'close';

/** What the headers announce about the body and the connection. */
export interface Announcement {
  readonly framing: Framing;
  readonly keepAlive: boolean;
  /** The number of bytes of the whole body. */
  readonly length: number;
}

/**
 * Milliseconds between the last byte and the end of a connection. An RST may overtake bytes that the client has not
 * read yet; then a cut body would look like an answer that never began.
 */
const READING_TIME_MS = 10;

/** The longest delay of `setTimeout`; it changes a longer one to 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One request and its socket. When the client is gone, every step does nothing and resolves with false. */
export class Exchange {
  #gone = false;
  /** Called when the client leaves during a step. */
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
    // The client may leave between two steps. `close` reports that, so the write error is ignored.
    response.on('error', () => undefined);
  }

  /** Resolves with true after the time, or with false as soon as the connection ends. */
  pause(ms: number): Promise<boolean> {
    if (ms === 0) return Promise.resolve(!this.#gone);
    return this.#step((done) => {
      // The waiting client keeps the process alive, so this timer need not.
      const timer = setTimeout(done, Math.min(ms, MAX_TIMER_MS)).unref();
      return () => clearTimeout(timer);
    });
  }

  head(status: number, headers: Readonly<Record<string, string>>, announcement: Announcement): void {
    if (this.#gone) return;
    const { framing, keepAlive, length } = announcement;
    if (framing === 'close') this.response.useChunkedEncodingByDefault = false;
    if (framing === 'close' || !keepAlive) this.response.shouldKeepAlive = false;
    const size = framing === 'content-length' ? { 'content-length': length } : {};
    this.response.writeHead(status, { 'x-request-id': this.request.requestId, ...headers, ...size });
    this.response.flushHeaders();
  }

  /** Resolves when the kernel has the bytes, so that a slow reader slows the server down. */
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

  /** Sends text that is not HTTP, and closes the connection. */
  async sendRaw(text: string): Promise<void> {
    if (this.#gone) return;
    this.incoming.socket.write(text);
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
