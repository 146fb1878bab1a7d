import { Multiplied } from '../policies/retry/multiplied.js';
import { retryFields, type RetryOptions } from '../policies/retry/options.js';
import { retry } from '../policies/retry/retry.js';
import { retryRules } from '../policies/retry/rules.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Retries an async method after transient failures: timeouts, network errors and server errors. Waits between attempts
 * with exponential backoff and jitter. Retries an `async *` method only before its first chunk. Does not retry after
 * rate limits, quota errors, rejections and bugs. Rethrows the last error unchanged.
 *
 * Write it below `@CircuitProtected()`. If unset, data options come from the settings `retry.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const RetryOnTransient: (options?: RetryOptions) => PolicyDecorator = definePolicy({
  name: 'RetryOnTransient',
  group: 'retry',
  fields: retryFields,
  bind: (options, context, own, _position, self) => {
    const multiplied = own.once('RetryOnTransient', () => new Multiplied());
    const rules = retryRules(options, context);
    multiplied.noticeClients(context, rules.maxAttempts, self);
    return retry(context, rules, multiplied);
  },
});
