import { FAILING, PARTIAL, SLOWER } from './scenario.js';

/** A request as the upstream saw it. */
export class Request {
  /** Whether somebody waits for its answer. */
  isAwaited = true;
  /** Undefined until it is answered. */
  status;

  constructor(at, answer) {
    this.at = at;
    this.#answer = answer;
  }

  #answer;

  /** @param [headers] what the client sees besides the status, if anything */
  answer(status, headers) {
    this.status = status;
    if (this.isAwaited) this.#answer(headers ? { status, headers } : status);
  }
}

/** How long it takes to be refused. */
export const REFUSAL_MS = 5;

/**
 * A service of a few workers with one line of requests before them. It does not notice that a caller has gone: it works
 * for him all the same, which is how a storm of retries outlives its cause. Runs on the timers of the globals, virtual
 * or real.
 */
export class Upstream {
  /** @type {Request[]} */
  requests = [];
  #scenario;
  #random;
  #startedAt = Date.now();
  #free;
  #line = [];
  #next = 0;
  /** What came to its end while the line stood still. */
  #held = [];
  #isOut = false;
  #timers;

  constructor(scenario, random) {
    this.#scenario = scenario;
    this.#random = random;
    this.#free = scenario.workers;
    this.#timers = [
      setTimeout(() => (this.#isOut = true), scenario.outageFrom),
      setTimeout(() => this.#recover(), scenario.outageTo),
    ];
  }

  /** Whether it answers nothing. */
  get isOut() {
    return this.#isOut && !PARTIAL.includes(this.#scenario.outage);
  }

  /** @param {(status: number) => void} answer called unless nobody waits any more */
  arrive(answer) {
    const request = new Request(this.#now(), answer);
    this.requests.push(request);
    if (this.#isOut && this.#scenario.outage === 'lost') return request;
    if (this.#isOut && (this.#scenario.outage === 'refused' || this.#isHit())) {
      setTimeout(() => request.answer(503), REFUSAL_MS);
      return request;
    }
    this.#line.push(request);
    this.#work(request.at);
    return request;
  }

  close() {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #now() {
    return Date.now() - this.#startedAt;
  }

  #isHit() {
    return this.#scenario.outage === 'partial' && this.#random() < FAILING;
  }

  get #standsStill() {
    return this.#isOut && this.#scenario.outage === 'held';
  }

  /** @param {number} from since when a worker is free: a timer that fires late does not make the workers slower */
  #work(from) {
    while (this.#free > 0 && this.#next < this.#line.length && !this.#standsStill) {
      const request = this.#line[this.#next];
      this.#next += 1;
      this.#free -= 1;
      this.#begin(request, Math.max(from, request.at));
    }
  }

  #begin(request, from) {
    const { workMs, brownout, brownoutFrom, outageFrom } = this.#scenario;
    const isBrownout = from >= brownoutFrom && from < outageFrom;
    const isSlow = this.#isOut && this.#scenario.outage === 'slow';
    const slower = (isBrownout ? brownout.slower : 1) * (isSlow ? SLOWER : 1);
    const ms = Math.floor(workMs * (0.5 + this.#random()) * slower);
    const status = isBrownout && this.#random() < brownout.failing ? 503 : 200;
    const until = from + ms;
    setTimeout(() => {
      if (this.#standsStill) this.#held.push([request, status]);
      else this.#end(request, status, until);
    }, until - this.#now());
  }

  #end(request, status, at) {
    this.#free += 1;
    // What was in it when the outage began is lost with the rest.
    if (!this.isOut) request.answer(status);
    else if (this.#scenario.outage === 'refused') request.answer(503);
    this.#work(at);
  }

  #recover() {
    this.#isOut = false;
    for (const [request, status] of this.#held.splice(0)) this.#end(request, status, this.#now());
    this.#work(this.#now());
  }
}
