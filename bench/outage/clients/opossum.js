import { limitedRequest } from '../request.js';

async function load() {
  const [{ default: CircuitBreaker }, { default: pRetry }] = [await import('opossum'), await import('p-retry')];
  return { CircuitBreaker, pRetry };
}

/** Its own timeout ends attempts; the request is given up with it, and no other one. */
export const opossumRetryOutside = {
  name: 'opossum, p-retry outside',
  peers: ['opossum', 'p-retry'],
  load: async () => {
    const { CircuitBreaker, pRetry } = await load();
    return (world) => {
      const { attempts, attemptMs, recoveryMs } = world.limits;
      const breaker = new CircuitBreaker(() => limitedRequest(world), { timeout: attemptMs, resetTimeout: recoveryMs });
      return {
        call: () => pRetry(() => breaker.fire(), { retries: attempts - 1 }),
        close: () => breaker.shutdown(),
      };
    };
  },
};

export const opossumCircuitOutside = {
  name: 'opossum, circuit outside',
  peers: ['opossum', 'p-retry'],
  load: async () => {
    const { CircuitBreaker, pRetry } = await load();
    return (world) => {
      const { attempts, recoveryMs } = world.limits;
      const ask = () => pRetry(() => limitedRequest(world), { retries: attempts - 1 });
      const breaker = new CircuitBreaker(ask, { timeout: false, resetTimeout: recoveryMs });
      return { call: () => breaker.fire(), close: () => breaker.shutdown() };
    };
  },
};
