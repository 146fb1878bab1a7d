import { Multiplied } from '../policies/retry/multiplied.js';
import { type RetryOptions, retryFields, retryOptions } from '../policies/retry/options.js';
import { retry } from '../policies/retry/retry.js';
import { type ResolvedRetryOptions, retryContradictions, retryRules } from '../policies/retry/rules.js';
import { resolve } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator } from './decoration.js';
import { sectionsOf } from './sections.js';
import type { PolicyDecorator } from './types.js';

const decorator: Decorator = {
  policy: 'RetryOnTransient',
  fields: retryOptions,
  contradictions: retryContradictions,
  settings: (options, layers, method) => resolve(retryFields, 'retry', layers, options, sectionsOf(layers, { method })),
  bind: (options, site, owned, _position, self) => {
    const multiplied = owned.once('RetryOnTransient', () => new Multiplied());
    const rules = retryRules(options as unknown as ResolvedRetryOptions, site);
    multiplied.noticeClients(site, rules.maxAttempts, self);
    return retry(site, rules, multiplied);
  },
};

/**
 * Repeats an async method, or an `async *` one until its first chunk, while it fails transiently: timeouts, network
 * errors and server errors, with jittered exponential backoff. Rate limits, quota, rejections and bugs are not
 * repeated. The last error is rethrown itself.
 *
 * Stands below `@CircuitProtected()`. Data options left out come from the settings `retry.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export function RetryOnTransient(options?: RetryOptions): PolicyDecorator;
export function RetryOnTransient(...given: readonly unknown[]): PolicyDecorator {
  return decorate(decorator, given);
}
