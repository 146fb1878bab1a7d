import type { Fault } from './faults/fault.js';
import type { RecordedRequest } from './recorded-request.js';
import type { FaultRule } from './script.js';

/**
 * A loopback server with OpenAI's protocol that causes faults on demand. It answers chat completions and responses from
 * the messages before the question, embeddings with near vectors for similar texts, and the list of models.
 */
export interface FaultServer {
  /** The client's `baseURL`: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** The port; it stays the same through `refuse()` and `accept()`. */
  readonly port: number;
  /**
   * Queues faults for the next requests, one per request, in the order of arrival. `'ok'` means no fault.
   *
   * @throws TypeError for a fault that does not exist or a field out of its range.
   */
  script(...faults: Fault[]): void;
  /**
   * Sets the fault of every request without a queued fault: a fault, or a function that decides for each request.
   * `undefined` makes the server healthy again.
   *
   * @throws TypeError for a fault that does not exist or a field out of its range.
   */
  always(fault: Fault | FaultRule | undefined): void;
  /** Stops listening and ends all connections: new ones are refused. Resolves when that is done. */
  refuse(): Promise<void>;
  /** Listens again on the same port. Rejects if another process has taken it, or after `close()`. */
  accept(): Promise<void>;
  /** The requests since the start or the last `reset()`, in the order of arrival. The list grows with each request. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests have arrived since the start or the last `reset()`. */
  readonly count: number;
  /** How many sockets are open now, including idle ones. */
  readonly open: number;
  /** Resolves when `count` requests have arrived since the start or the last `reset()`. */
  received(count: number): Promise<void>;
  /** Resolves when no request is pending: then every `outcome` is known. */
  settled(): Promise<void>;
  /** Deletes the requests, the queued faults and the fault of `always()`. Does not undo `refuse()`. */
  reset(): void;
  /** Ends all connections and stops listening. Resolves when that is done; calling it again is allowed. */
  close(): Promise<void>;
}
