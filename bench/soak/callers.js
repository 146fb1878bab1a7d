// Who calls the service, and how: in good order, with a signal that aborts, and walking away from streams.
import { getEventListeners } from 'node:events';

const SHARES = [
  ['ask', 0.4],
  ['answer', 0.1],
  ['askFor', 0.15],
  ['abortable', 0.1],
  ['stream', 0.15],
  ['leave', 0.1],
];
const TENANTS = 80;

export class Callers {
  /** Whether streams may be read in part and then held on to. */
  mayForget = true;
  #service;
  #random;
  #clock;
  #tally;
  #signals = [];

  constructor({ service, random, clock, tally }) {
    this.#service = service;
    this.#random = random;
    this.#clock = clock;
    this.#tally = tally;
  }

  /** Makes one call and waits for its end; false when it was none that one would wish for. Never throws. */
  async call() {
    const method = this.#method();
    this.#tally.begin(method);
    try {
      const answer = await this.#run(method);
      this.#tally.answered(method, answer);
      return answer !== 'fallback';
    } catch (error) {
      this.#tally.failed(method, error);
      return false;
    }
  }

  /** Listeners that calls have left on their signals, all calls since the last look being over. */
  takeListeners() {
    const left = this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0);
    this.#signals = [];
    return left;
  }

  #method() {
    let at = this.#random();
    for (const [method, share] of SHARES) {
      at -= share;
      if (at < 0) return method;
    }
    return 'ask';
  }

  async #run(method) {
    switch (method) {
      case 'askFor':
        return this.#service.askFor(`tenant-${Math.floor(TENANTS * this.#random())}`);
      case 'abortable':
        return this.#aborting((signal) => this.#service.abortable({ signal }));
      case 'stream':
        return readAll(this.#service.stream());
      case 'leave':
        return this.#aborting((signal) => this.#leave(this.#service.leave({ signal })));
      default:
        return this.#service[method]();
    }
  }

  /** Half of those who hold a signal use it, at some moment before, during or after the call. */
  async #aborting(run) {
    const controller = new AbortController();
    this.#signals.push(controller.signal);
    const at = this.#random();
    if (at < 0.05) controller.abort(new Error('before'));
    const timer = at < 0.5 ? this.#clock.setTimer(() => controller.abort(new Error('later')), 600 * at) : undefined;
    try {
      return await run(controller.signal);
    } finally {
      if (timer) this.#clock.clearTimer(timer);
    }
  }

  async #leave(stream) {
    const how = this.#random();
    if (how < 0.05) return 'never read';
    if (how < 0.1) {
      await stream.return('left before');
      return 'left before';
    }
    if (how < 0.2) {
      await stream.next();
      await stream.throw(new Error('thrown into'));
    }
    // Held back for as long as the time limit lasts: now and then, or nobody else could be let in.
    if (how < 0.205 && this.mayForget) {
      await stream.next();
      return 'forgotten';
    }
    for await (const _ of stream) if (this.#random() < 0.5) return 'left early';
    return 'read';
  }
}

async function readAll(stream) {
  for await (const _ of stream);
  return 'read';
}
