import { checkFault } from './check-fault.js';
import type { Fault, FaultDetails } from './faults/fault.js';
import type { RecordedRequest } from './recorded-request.js';

/** Decides the fault of a request. `index`: its number in the order of arrival, from 0. Called once per request. */
export type FaultRule = (request: RecordedRequest, index: number) => Fault;

/** Decides the fault of each request: queued faults first, then the fault of `always()`. */
export class Script {
  #queue: FaultDetails[] = [];
  #always: FaultDetails | FaultRule = { type: 'ok' };

  add(faults: readonly Fault[]): void {
    this.#queue.push(...faults.map(checkFault));
  }

  always(fault: Fault | FaultRule | undefined): void {
    this.#always = typeof fault === 'function' ? fault : checkFault(fault ?? 'ok');
  }

  next(request: RecordedRequest): FaultDetails {
    const queued = this.#queue.shift();
    if (queued !== undefined) return queued;
    return typeof this.#always === 'function' ? checkFault(this.#always(request, request.index)) : this.#always;
  }

  clear(): void {
    this.#queue = [];
    this.#always = { type: 'ok' };
  }
}
