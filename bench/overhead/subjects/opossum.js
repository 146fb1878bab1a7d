// https://nodeshift.dev/opossum: it knows a rate of failures in a window of ten seconds but none in a row, so more than
// half of at least five. Its time limit is off, because the job has none; its fallback answers failures as well, and is
// told to answer only while the circuit is open. It does not retry: p-retry does, inside of it.
import { ATTEMPTS, FALLBACK, isTransient, OPEN_MS, THRESHOLD } from './job.js';

const OPTIONS = {
  timeout: false,
  errorThresholdPercentage: 50,
  volumeThreshold: THRESHOLD,
  resetTimeout: OPEN_MS,
  errorFilter: (error) => !isTransient(error),
};

async function breakerOf(action) {
  const { default: CircuitBreaker } = await import('opossum');
  const breaker = new CircuitBreaker(action, OPTIONS);
  breaker.fallback((...args) => {
    const error = args.at(-1);
    if (error.code === 'EOPENBREAKER') return FALLBACK;
    throw error;
  });
  return (question) => breaker.fire(question);
}

export const opossum = {
  name: 'opossum 10, no retry',
  peers: ['opossum'],
  attempts: 1,
  protect: breakerOf,
};

export const opossumWithRetry = {
  name: 'opossum 10 with p-retry 9',
  peers: ['opossum', 'p-retry'],
  protect: async (request) => {
    const { default: pRetry } = await import('p-retry');
    const options = { retries: ATTEMPTS - 1, minTimeout: 0, shouldRetry: ({ error }) => isTransient(error) };
    return breakerOf((question) => pRetry(() => request(question), options));
  },
};
