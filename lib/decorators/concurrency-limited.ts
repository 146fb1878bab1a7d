import { Bulkhead } from '../policies/concurrency/bulkhead.js';
import { limitConcurrency } from '../policies/concurrency/limit.js';
import { concurrencyFields, type ConcurrencyOptions } from '../policies/concurrency/options.js';
import { concurrencyContradictions, concurrencyRules } from '../policies/concurrency/rules.js';
import { resolve } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator } from './decoration.js';
import { policySectionsOf } from './sections.js';
import type { PolicyDecorator } from './types.js';

const decorator: Decorator = {
  policy: 'ConcurrencyLimited',
  fields: concurrencyFields,
  contradictions: concurrencyContradictions,
  settings: (options, layers, method) =>
    resolve(concurrencyFields, undefined, layers, options, policySectionsOf(layers, method, 'concurrency')),
  bind: (options, site, owned) => {
    const bulkhead = owned.once('ConcurrencyLimited', () => new Bulkhead());
    return limitConcurrency(site, concurrencyRules(options as unknown as Required<ConcurrencyOptions>), bulkhead);
  },
};

/**
 * Lets `limit` calls of the method run at a time, over all instances; `queue` more wait in order for at most
 * `maxQueueWait`; the surplus is refused with {@link ConcurrencyLimitError} without being made. `limit: 'adaptive'`
 * finds the number from the latency of the calls.
 *
 * Stands below `@RetryOnTransient()`, so that no permit is held while a retry waits. A refusal is not retried and does
 * not count in the circuit.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export function ConcurrencyLimited(options: ConcurrencyOptions): PolicyDecorator;
export function ConcurrencyLimited(...given: readonly unknown[]): PolicyDecorator {
  return decorate(decorator, given);
}
