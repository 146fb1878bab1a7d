import { read } from '../../failures/reading.js';

/** True if `@RateLimited()` rejected the call, also in another copy of the package. */
export function isOwnLimit(error: unknown): boolean {
  return read(error, 'name') === 'RateLimitedError' && typeof read(error, 'limiter') === 'string';
}
