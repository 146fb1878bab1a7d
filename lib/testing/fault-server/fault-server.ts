import type { Fault } from './faults/fault.js';
import type { RecordedRequest } from './recorded-request.js';
import type { FaultRule } from './script.js';

/**
 * A loopback server that speaks OpenAI's protocol and goes wrong on demand. It answers chat completions and
 * responses from the messages before the question, embeddings with vectors that are near for similar texts, and the list of models.
 */
export interface FaultServer {
  /** What the client takes as its `baseURL`: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** The port; it stays the same through `refuse()` and `accept()`. */
  readonly port: number;
  /**
   * Lines up faults for the next requests, one for each in the order in which they arrive; `'ok'` is an entry too.
   *
   * @throws TypeError for a fault that does not exist or a field out of its range.
   */
  script(...faults: Fault[]): void;
  /**
   * What happens to every request for which nothing is lined up: a fault, or a function that decides for each.
   * `undefined` makes the server healthy again.
   *
   * @throws TypeError for a fault that does not exist or a field out of its range.
   */
  always(fault: Fault | FaultRule | undefined): void;
  /** Stops listening and ends all connections: from now on they are refused. Resolves when that is so. */
  refuse(): Promise<void>;
  /** Listens again on the same port. Rejects when another process has taken it, or after `close()`. */
  accept(): Promise<void>;
  /** The requests since the start or the last `reset()`, in the order of arrival. The list grows as they come. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests have arrived since the start or the last `reset()`. */
  readonly count: number;
  /** How many sockets are open now, idle ones included. */
  readonly open: number;
  /** Resolves once so many requests have arrived since the start or the last `reset()`. */
  received(count: number): Promise<void>;
  /** Resolves once no request is pending, so that every `outcome` is known. */
  settled(): Promise<void>;
  /** Forgets the requests, the script and what always happens. It does not undo `refuse()`. */
  reset(): void;
  /** Ends all connections and stops listening. Resolves when that is done; calling it again is allowed. */
  close(): Promise<void>;
}
