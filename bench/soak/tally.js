// Events and ends of calls, counted by method.
import { classify } from '../../dist/index.js';

const TRANSITIONS = new Set(['circuit_opened', 'circuit_half_open', 'circuit_closed']);
/** What may follow what, for one circuit. */
const FOLLOWS = {
  circuit_opened: ['circuit_closed', 'circuit_half_open', undefined],
  circuit_half_open: ['circuit_opened'],
  circuit_closed: ['circuit_half_open', 'circuit_opened'],
};

export class Tally {
  #counts = new Map();
  #last = new Map();

  #add(...words) {
    const key = words.filter((word) => word !== undefined).join(' ');
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  count(...words) {
    return this.#counts.get(words.join(' ')) ?? 0;
  }

  /** The same over all methods. */
  total(words) {
    return [...this.#counts].reduce((sum, [key, count]) => sum + (key.endsWith(` ${words}`) ? count : 0), 0);
  }

  /** @param {import('../../dist/index.js').ResilienceEvent} event */
  hear(event) {
    const method = event.method?.split('.').at(-1);
    this.#add(method, event.type);
    if (event.reason !== undefined) this.#add(method, event.type, event.reason, event.kind && 'answered');
    // Only where the upstream has said how long its limit lasts is it told in an error of ours.
    if (event.reason === 'max-wait' && event.retryAfterMs !== undefined) this.#add(method, 'longer than it may wait');
    if (!TRANSITIONS.has(event.type)) return;
    this.#add(event.circuit, 'moved');
    if (!FOLLOWS[event.type].includes(this.#last.get(event.circuit))) this.#add(event.circuit, 'impossible');
    this.#last.set(event.circuit, event.type);
  }

  begin(method) {
    this.#add(method, 'begun');
  }

  answered(method, how) {
    this.#add(method, 'settled');
    this.#add(method, how);
  }

  failed(method, error) {
    this.#add(method, 'settled');
    this.#add(method, error?.name ?? typeof error);
    this.#add(method, classify(error).transient ? 'transient' : 'final');
  }
}
