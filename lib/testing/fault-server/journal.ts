import type { Arrival } from './arrival.js';
import type { FaultDetails } from './faults/fault.js';
import type { RecordedRequest, RequestOutcome } from './recorded-request.js';

/** A request as the journal can change it. Users see it as a read-only {@link RecordedRequest}. */
export type Entry = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };

/** The requests that arrived, and their outcomes. */
export class Journal {
  readonly requests: Entry[] = [];
  #count = 0;
  readonly #pending = new Set<Entry>();
  #waiters: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  constructor(private readonly limit: number) {}

  get count(): number {
    return this.#count;
  }

  record(arrival: Arrival): Entry {
    const fault: FaultDetails = { type: 'ok' };
    const entry: Entry = { index: this.#count, ...arrival, fault, outcome: 'pending', endedAt: undefined };
    this.#count += 1;
    this.#pending.add(entry);
    this.requests.push(entry);
    if (this.requests.length > this.limit) this.requests.shift();
    this.#wake();
    return entry;
  }

  /**
   * Sets the outcome. The first outcome counts: the side that ends a connection reports it before the other side's
   * close is seen.
   */
  end(entry: Entry, outcome: Exclude<RequestOutcome, 'pending'>): void {
    if (entry.outcome !== 'pending') return;
    entry.outcome = outcome;
    entry.endedAt = Date.now();
    this.#pending.delete(entry);
    this.#wake();
  }

  /** Sets `broken` for all pending requests, before the server ends their connections. */
  breakPending(): void {
    for (const entry of this.#pending) this.end(entry, 'broken');
  }

  /** Resolves when `count` requests have arrived. */
  received(count: number): Promise<void> {
    return this.#when(() => this.#count >= count);
  }

  /** Resolves when no request is pending. */
  settled(): Promise<void> {
    return this.#when(() => this.#pending.size === 0);
  }

  /** Deletes the requests. `settled()` still waits for pending ones. */
  clear(): void {
    this.requests.length = 0;
    this.#count = 0;
  }

  #when(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ ready, resolve }));
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const ready = this.#waiters.filter((waiter) => waiter.ready());
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }
}
