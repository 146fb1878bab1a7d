import { configure, RespectRateLimit } from '../../../dist/index.js';
import { Limiter } from '../../../dist/policies/limiter/limiter.js';
import { request } from '../request.js';
import { PATIENCE_MS, PER_SECOND } from '../scenario.js';

configure({ settings: { log: { level: 'silent' } } });

/** An answer takes its time too: whoever waits for as long as callers do is answered when they have left. */
const MAX_WAIT_MS = PATIENCE_MS - 1000;

const respecting = RespectRateLimit({ maxWait: `${MAX_WAIT_MS}ms` });

export const holdfast = {
  name: 'holdfast, @RespectRateLimit',
  load: async () => (world) => ({ call: respecting((signal) => request(world, signal)) }),
};

/** Told the limit: calls wait for it before they are made, and a 429 is the exception. */
export const holdfastLimited = {
  name: 'holdfast, with a limiter too',
  load: async () => (world) => {
    const limiter = new Limiter({ limit: PER_SECOND, perMs: 1000, burst: 1 });
    const ask = respecting((signal) => request(world, signal));
    return { call: (signal) => turn(limiter, signal).then(() => ask(signal)) };
  },
};

const clock = {
  now: () => Date.now(),
  setTimer: (callback, ms) => setTimeout(() => callback(), ms),
  clearTimer: (timer) => clearTimeout(timer),
};

/** What a decorator does with the rules of the limiter. */
function turn(limiter, signal) {
  return new Promise((resolve, reject) => {
    const waitMs = limiter.take('', 1, Date.now());
    if (waitMs === 0) return resolve();
    if (waitMs > MAX_WAIT_MS) return reject(new Error('The limit lasts longer.'));
    const leave = () => {
      limiter.quit(place);
      reject(signal.reason);
    };
    const place = limiter.join('', 1, clock, () => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
    signal.addEventListener('abort', leave, { once: true });
  });
}
