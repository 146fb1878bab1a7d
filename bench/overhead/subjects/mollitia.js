// https://genesys.github.io/mollitia: a Circuit with the modules SlidingCountBreaker and Retry. Failures in a row are
// all of the last five; its `attempts` counts retries, and it waits with a timer even for 0 ms. Its module Fallback puts
// one error in place of another, so the answer is what its user writes around it.
import { ATTEMPTS, FALLBACK, isTransient, OPEN_MS, THRESHOLD } from './job.js';

export const mollitia = {
  name: 'mollitia 0.1',
  peers: ['mollitia'],
  protect: async (request) => {
    const { BreakerError, Circuit, Retry, SlidingCountBreaker } = await import('mollitia');
    const breaker = new SlidingCountBreaker({
      slidingWindowSize: THRESHOLD,
      minimumNumberOfCalls: THRESHOLD,
      failureRateThreshold: 99,
      openStateDelay: OPEN_MS,
      onError: isTransient,
    });
    const retry = new Retry({ attempts: ATTEMPTS - 1, interval: 0, onRejection: isTransient });
    const circuit = new Circuit({ func: request, options: { modules: [breaker, retry] } });
    const answer = (error) => {
      if (error instanceof BreakerError) return FALLBACK;
      throw error;
    };
    return (question) => circuit.execute(question).catch(answer);
  },
};
