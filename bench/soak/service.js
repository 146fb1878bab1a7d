// The methods that are called in virtual time: each bears the whole stack.
import {
  CircuitProtected,
  ConcurrencyLimited,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '../../dist/index.js';
import { decorate } from '../support/decorate.js';

export const CIRCUIT = 'soak';
export const KEYED = 'soak-by-tenant';
/** Fewer than there are tenants. */
export const MAX_KEYS = 50;
export const BULKHEAD = { limit: 20, queue: 10, maxQueueWait: '250ms' };
const CHUNKS = 4;

export class Service {
  constructor(upstream) {
    this.upstream = upstream;
  }

  async ask() {
    return this.upstream.request();
  }

  async answer() {
    return this.upstream.request();
  }

  async askFor(_tenant) {
    return this.upstream.request();
  }

  async abortable(_options) {
    return this.upstream.request();
  }

  async *stream() {
    yield* this.#chunks();
  }

  async *leave(_options) {
    yield* this.#chunks();
  }

  async *#chunks() {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      // A stream of four would go wrong four times as often.
      if (chunk === 0 || this.upstream.random() < 0.25) await this.upstream.request();
      yield chunk;
    }
  }
}

/** `answered` is told of every answer that a fallback gives. */
export function decorateService(answered) {
  const rates = { failureRate: 0.8, slowCall: '10s', slowCallRate: 0.9, window: '5s' };
  const stack = (options, ...more) => [
    TimeLimited('30s'),
    CircuitProtected({ circuit: CIRCUIT, recoveryTimeout: '500ms', ...rates, ...options }),
    RetryOnTransient({ minWait: '10ms', maxWait: '200ms' }),
    RespectRateLimit({ maxWait: '5s' }),
    ...more,
    ConcurrencyLimited(BULKHEAD),
    TimeLimited('2s'),
  ];
  const fallback = () => {
    answered();
    return 'fallback';
  };
  decorate(Service.prototype, 'ask', stack());
  decorate(Service.prototype, 'answer', stack({ fallback, fallbackOn: 'failure' }));
  decorate(Service.prototype, 'askFor', stack({ circuit: KEYED, key: (tenant) => tenant, maxKeys: MAX_KEYS }));
  // Where what befalls a second attempt is not compared with what the caller felt.
  decorate(Service.prototype, 'abortable', stack({}, Hedged({ after: 'p90' })));
  decorate(Service.prototype, 'stream', stack());
  decorate(Service.prototype, 'leave', stack({}, Hedged({ after: '100ms', maxHedges: 2 })));
}
