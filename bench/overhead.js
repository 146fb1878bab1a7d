// What the decorators cost: `npm run bench`.
import { CircuitProtected, ConcurrencyLimited, configure, RespectRateLimit, RetryOnTransient } from 'holdfast';
import { measure, median, ratio } from './measure.js';

configure({ settings: { log: { level: 'silent' } } });

/** The healthy upstream: nothing but an async function. */
class Bare {
  async ask(question) {
    return question;
  }
}

/** What one writes by hand for the same job: refuse while open, try, await, count, repeat. */
class HandWritten {
  #open = false;
  #failures = 0;
  #calls = 0;

  async ask(question) {
    if (this.#open) throw new Error('open');
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#request(question);
        this.#failures = 0;
        this.#calls += 1;
        return answer;
      } catch (error) {
        if (attempt === 3) {
          this.#failures += 1;
          this.#open = this.#failures >= 5;
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
      }
    }
  }

  async #request(question) {
    return question;
  }
}

/** A class whose `ask` is decorated, outermost first, as a compiler would do it. */
function decorated(...decorators) {
  class Decorated {
    async ask(question) {
      if (question === undefined) throw Object.assign(new Error('unavailable'), { status: 503 });
      return question;
    }
  }
  for (const decorate of decorators.reverse()) {
    const descriptor = Object.getOwnPropertyDescriptor(Decorated.prototype, 'ask');
    Object.defineProperty(Decorated.prototype, 'ask', decorate(Decorated.prototype, 'ask', descriptor));
  }
  return new Decorated();
}

async function open() {
  const service = decorated(
    CircuitProtected({ failureThreshold: 1, recoveryTimeout: '1d', fallback: () => 'sorry' }),
    RetryOnTransient({ maxAttempts: 1 }),
  );
  await service.ask().catch(() => {});
  return service;
}

const bare = new Bare();
const hand = new HandWritten();
const both = decorated(CircuitProtected({ fallback: () => 'sorry' }), RetryOnTransient());
const three = decorated(CircuitProtected(), RetryOnTransient(), ConcurrencyLimited({ limit: 10 }));
const adaptive = decorated(CircuitProtected(), RetryOnTransient(), ConcurrencyLimited({ limit: 'adaptive' }));
const gated = decorated(CircuitProtected({ fallback: () => 'sorry' }), RetryOnTransient(), RespectRateLimit());
const retry = decorated(RetryOnTransient());
const circuit = decorated(CircuitProtected());
const rateLimit = decorated(RespectRateLimit());
const refused = await open();

const HAND = 'hand-written loop';
const RESOLVED = 'resolved promise';
const times = await measure({
  'bare call': () => bare.ask('question'),
  [HAND]: () => hand.ask('question'),
  'both decorators': () => both.ask('question'),
  'and a bulkhead': () => three.ask('question'),
  'and an adaptive one': () => adaptive.ask('question'),
  'with the rate limit': () => gated.ask('question'),
  '@RetryOnTransient alone': () => retry.ask('question'),
  '@CircuitProtected alone': () => circuit.ask('question'),
  '@RespectRateLimit alone': () => rateLimit.ask('question'),
  [RESOLVED]: () => Promise.resolve('sorry'),
  'open, with a fallback': () => refused.ask('question'),
});

const line = (name, base) => {
  const against = `${ratio(times, name, base).toFixed(2)} x the ${base}`;
  console.log(`${name.padEnd(26)}${median(times[name]).toFixed(0).padStart(6)} ns   ${against}`);
};
console.log('Healthy path');
for (const name of [
  ...['bare call', HAND, 'both decorators', 'with the rate limit', 'and a bulkhead', 'and an adaptive one'],
  ...['@RetryOnTransient alone', '@CircuitProtected alone', '@RespectRateLimit alone'],
])
  line(name, HAND);
console.log('\nWhile the circuit is open');
for (const name of [RESOLVED, 'open, with a fallback']) line(name, RESOLVED);
