// An upstream in virtual time: three calls in ten go wrong, each in its own way, and at times all of them do.
import { currentSignal, MalformedResponseError } from '../../dist/index.js';

export const withStatus = (status, extra) => Object.assign(new Error('upstream'), { status, ...extra });

/** What may go wrong, and how often compared with the others. */
const FAULTS = [
  [
    20,
    () => {
      throw withStatus(503);
    },
  ],
  [
    10,
    () => {
      throw withStatus(500, { headers: { 'retry-after-ms': '120' } });
    },
  ],
  [
    20,
    () => {
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    },
  ],
  // Everyone waits for it, so that a few go a long way.
  [
    1,
    ({ random }) => {
      throw withStatus(429, { headers: { 'retry-after-ms': `${Math.round(20 + 200 * random())}` } });
    },
  ],
  [
    0.03,
    () => {
      throw withStatus(429, { headers: { 'retry-after': '7' } });
    },
  ],
  [
    10,
    () => {
      throw withStatus(429);
    },
  ],
  [
    10,
    () => {
      throw withStatus(429, { code: 'insufficient_quota' });
    },
  ],
  [
    10,
    () => {
      throw withStatus(400);
    },
  ],
  [
    5,
    () => {
      throw new MalformedResponseError('not what was asked for');
    },
  ],
  [
    10,
    () => {
      throw new RangeError('a bug');
    },
  ],
  // Longer than an attempt may take, and stops when it is told to.
  [2, (upstream) => upstream.pause(10_000, currentSignal())],
  // Never ends, whatever it is told.
  [1, () => new Promise(() => {})],
];
const TOTAL = FAULTS.reduce((sum, [weight]) => sum + weight, 0);

function faultAt(share) {
  let at = share * TOTAL;
  return FAULTS.find(([weight]) => (at -= weight) < 0)?.[1] ?? FAULTS[0][1];
}

export class Upstream {
  #clock;
  /** `mixed`: what chance draws, and outages. `well` or `down`: all the time. A promise: what every
   * call waits for. A function: what answers. */
  mood = 'mixed';
  /** Bodies of methods that have begun. */
  begun = 0;

  constructor(clock, random) {
    this.#clock = clock;
    this.random = random;
  }

  /** One request: answers, or goes wrong. */
  async request() {
    this.begun += 1;
    if (typeof this.mood === 'object') return this.mood;
    if (typeof this.mood === 'function') return this.mood();
    if (this.mood === 'down' || (this.mood === 'mixed' && this.#isOut())) throw withStatus(503);
    if (this.mood === 'well') return 'answer';
    // Half of the calls find their answer at hand.
    if (this.random() < 0.5) await this.pause(150 * this.random(), currentSignal());
    if (this.random() < 0.7) return 'answer';
    await faultAt(this.random())(this);
    return 'answer';
  }

  /** The first second of twenty. */
  #isOut() {
    return this.#clock.now() % 20_000 < 1000;
  }

  /** Rejects with the signal's reason, if that is first. */
  pause(ms, signal) {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#clock.clearTimer(timer);
        reject(signal.reason);
      };
      const timer = this.#clock.setTimer(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}
