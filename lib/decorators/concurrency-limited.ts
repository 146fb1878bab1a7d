import { Bulkhead } from '../policies/concurrency/bulkhead.js';
import { limitConcurrency } from '../policies/concurrency/limit.js';
import { concurrencyFields, type ConcurrencyOptions } from '../policies/concurrency/options.js';
import { concurrencyContradictions, concurrencyRules } from '../policies/concurrency/rules.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Lets `limit` calls of the method run at a time, over all instances; `queue` more wait in order for at most
 * `maxQueueWait`; the rest is rejected with {@link ConcurrencyLimitError} without being made. `limit: 'adaptive'`
 * finds the number from the latency of the calls.
 *
 * Stands below `@RetryOnTransient()`, so that no permit is held while a retry waits. A rejection is not retried and does
 * not count in the circuit.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const ConcurrencyLimited: (options: ConcurrencyOptions) => PolicyDecorator = definePolicy({
  name: 'ConcurrencyLimited',
  group: 'concurrency',
  fields: concurrencyFields,
  contradictions: concurrencyContradictions,
  bind: (options, site, own) =>
    limitConcurrency(
      site,
      concurrencyRules(options),
      own.once('ConcurrencyLimited', () => new Bulkhead()),
    ),
});
