// https://github.com/connor4312/cockatiel: retry, circuitBreaker with a ConsecutiveBreaker and fallback, put together
// with wrap. Its `maxAttempts` counts retries, and it waits with a timer even for 0 ms.
import { ATTEMPTS, FALLBACK, isTransient, OPEN_MS, THRESHOLD } from './job.js';

export const cockatiel = {
  name: 'cockatiel 4',
  peers: ['cockatiel'],
  protect: async (request) => {
    const { circuitBreaker, ConsecutiveBreaker, fallback, handleType, handleWhen, BrokenCircuitError, retry, wrap } =
      await import('cockatiel');
    const transient = handleWhen(isTransient);
    const policy = wrap(
      fallback(handleType(BrokenCircuitError), FALLBACK),
      circuitBreaker(transient, { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(THRESHOLD) }),
      retry(transient, { maxAttempts: ATTEMPTS - 1 }),
    );
    return (question) => policy.execute(() => request(question));
  },
};
