import { Multiplied } from '../policies/retry/multiplied.js';
import { retryFields, type RetryOptions } from '../policies/retry/options.js';
import { retry } from '../policies/retry/retry.js';
import { retryRules } from '../policies/retry/rules.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Repeats an async method, or an `async *` one until its first chunk, while it fails transiently: timeouts, network
 * errors and server errors, with jittered exponential backoff. Rate limits, quota, rejections and bugs are not
 * repeated. The last error is rethrown itself.
 *
 * Stands below `@CircuitProtected()`. Data options left out come from the settings `retry.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const RetryOnTransient: (options?: RetryOptions) => PolicyDecorator = definePolicy({
  name: 'RetryOnTransient',
  group: 'retry',
  fields: retryFields,
  bind: (options, site, own, _position, self) => {
    const multiplied = own.once('RetryOnTransient', () => new Multiplied());
    const rules = retryRules(options, site);
    multiplied.noticeClients(site, rules.maxAttempts, self);
    return retry(site, rules, multiplied);
  },
});
