import { RateLimited } from '../decorators/rate-limited.js';
import { type PolicyDecorator, variantOf } from '../policy/index.js';
import { tokensUsed } from './tokens.js';

const requests = variantOf(RateLimited, { defaults: { limit: ['openai', 'requestsPerMinute'] }, isStep: true });
const tokens = variantOf(RateLimited, { defaults: { limit: ['openai', 'tokensPerMinute'] }, isStep: true });

/** Options of both limiters: requests over the limit wait instead of failing. */
const SHARED = { per: '1m', maxWait: '60s' } as const;

/** `@RateLimited()` for the requests of the services, by `openai.requestsPerMinute`. If unset, it is off. */
export function RequestsLimited(): PolicyDecorator {
  return requests({ ...SHARED, limiter: 'openai requests' });
}

/**
 * `@RateLimited()` for tokens, by `openai.tokensPerMinute`. If unset, it is off. A request is charged by `estimate`
 * first; the count of the API corrects the charge afterwards.
 * @param estimate called with the method's arguments
 */
export function TokensLimited(estimate: (...args: never[]) => number): PolicyDecorator {
  return tokens({
    ...SHARED,
    limiter: 'openai tokens',
    cost: estimate,
    // If the server does not count tokens, the estimate stays.
    actual: (response: unknown, ...args: never[]) => tokensUsed(response) ?? estimate(...args),
  });
}
