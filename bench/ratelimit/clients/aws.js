import { askedMs, request } from '../request.js';

/**
 * The retry strategy of the AWS SDK in its adaptive mode, as its middleware uses it. All calls that wait look again for each
 * token, also those whose caller has left, which takes minutes where the others take seconds: it plays only if it is named.
 */
export const aws = {
  name: 'AWS SDK, adaptive mode',
  isSlow: true,
  peers: ['@smithy/util-retry'],
  load: async () => {
    const { AdaptiveRetryStrategy } = await import('@smithy/util-retry');
    return (world) => {
      const strategy = new AdaptiveRetryStrategy(async () => 3);
      return { call: (signal) => ask(strategy, world, signal) };
    };
  },
};

async function ask(strategy, world, signal) {
  let token = await strategy.acquireInitialRetryToken('upstream');
  for (;;) {
    try {
      signal.throwIfAborted();
      const answer = await request(world, signal);
      strategy.recordSuccess(token);
      return answer;
    } catch (error) {
      if (error.status !== 429) throw error;
      const ms = askedMs(error);
      const retryAfterHint = ms === undefined ? undefined : new Date(Date.now() + ms);
      try {
        token = await strategy.refreshRetryTokenForRetry(token, { error, errorType: 'THROTTLING', retryAfterHint });
      } catch {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, token.getRetryDelay()));
    }
  }
}
