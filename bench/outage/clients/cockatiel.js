import { request } from '../request.js';

/** The policies as its readme makes them, with the limits of the scenario. */
async function policies() {
  const lib = await import('cockatiel');
  const { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy } = lib;
  return ({ attempts, attemptMs, failureThreshold, recoveryMs }) => ({
    wrap: lib.wrap,
    retrying: retry(handleAll, { maxAttempts: attempts - 1, backoff: new ExponentialBackoff() }),
    breaker: circuitBreaker(handleAll, {
      halfOpenAfter: recoveryMs,
      breaker: new ConsecutiveBreaker(failureThreshold),
    }),
    limit: timeout(attemptMs, { strategy: TimeoutStrategy.Aggressive }),
  });
}

const inOrder = (order) => async () => {
  const make = await policies();
  return (world) => {
    const policy = order(make(world.limits));
    return { call: () => policy.execute(({ signal }) => request(world, signal)) };
  };
};

export const cockatielRetryOutside = {
  name: 'cockatiel, retry outside',
  peers: ['cockatiel'],
  load: inOrder(({ wrap, retrying, breaker, limit }) => wrap(retrying, breaker, limit)),
};

export const cockatielCircuitOutside = {
  name: 'cockatiel, circuit outside',
  peers: ['cockatiel'],
  load: inOrder(({ wrap, retrying, breaker, limit }) => wrap(breaker, retrying, limit)),
};
