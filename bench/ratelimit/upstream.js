import { REFUSAL_MS, Request } from '../outage/upstream.js';
import { limitOf } from './limits.js';
import { WORK_MS } from './scenario.js';

/** A service that answers everything within its limit, and everything else with a 429. */
export class LimitedUpstream {
  /** @type {Request[]} */
  requests = [];
  #scenario;
  #random;
  #limit;
  #startedAt = Date.now();

  /** @param {import('./scenario.js').Scenario} scenario */
  constructor(scenario, random) {
    this.#scenario = scenario;
    this.#random = random;
    this.#limit = limitOf(scenario.upstream);
  }

  /** Milliseconds until a request would be let in: what nobody but the oracle is told. */
  get waitMs() {
    return this.#limit.waitMs(this.#now());
  }

  arrive(answer) {
    const at = this.#now();
    const request = new Request(at, answer);
    this.requests.push(request);
    const workMs = Math.floor(WORK_MS * (0.5 + this.#random()));
    if (this.#limit.take(at)) {
      setTimeout(() => request.answer(200, {}), workMs);
      return request;
    }
    request.isRefused = true;
    const askedMs = this.#askedMs();
    setTimeout(() => {
      // What was asked for counts from the moment at which the client hears of it.
      request.heardAt = this.#now();
      if (askedMs !== undefined) request.notBefore = request.heardAt + askedMs;
      request.answer(429, this.#headers(askedMs));
    }, REFUSAL_MS);
    return request;
  }

  close() {}

  #askedMs() {
    const waitMs = this.waitMs;
    if (this.#scenario.hint === 'none') return undefined;
    return this.#scenario.hint === 'ms' ? waitMs : Math.ceil(waitMs / 1000) * 1000;
  }

  #headers(askedMs) {
    if (askedMs === undefined) return {};
    return this.#scenario.hint === 'ms' ? { 'retry-after-ms': `${askedMs}` } : { 'retry-after': `${askedMs / 1000}` };
  }

  #now() {
    return Date.now() - this.#startedAt;
  }
}
