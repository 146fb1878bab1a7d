import { RateLimited } from '../decorators/rate-limited.js';
import { type PolicyDecorator, variantOf } from '../policy/index.js';
import { tokensUsed } from './tokens.js';

const requests = variantOf(RateLimited, { defaults: { limit: ['openai', 'requestsPerMinute'] }, isStep: true });
const tokens = variantOf(RateLimited, { defaults: { limit: ['openai', 'tokensPerMinute'] }, isStep: true });

/** What all requests of both services have in common: they wait, rather than fail, when the account's limit is near. */
const SHARED = { per: '1m', maxWait: '60s' } as const;

/** `@RateLimited()` of the requests that the services send, by `openai.requestsPerMinute`. Off if it is not set. */
export function RequestsLimited(): PolicyDecorator {
  return requests({ ...SHARED, limiter: 'openai requests' });
}

/**
 * The same for tokens, by `openai.tokensPerMinute`: as many as `estimate` says before, and as many as the API says after.
 * @param estimate given the method's arguments
 */
export function TokensLimited(estimate: (...args: never[]) => number): PolicyDecorator {
  return tokens({
    ...SHARED,
    limiter: 'openai tokens',
    cost: estimate,
    // Servers that count no tokens leave the estimate as it is.
    actual: (response: unknown, ...args: never[]) => tokensUsed(response) ?? estimate(...args),
  });
}
