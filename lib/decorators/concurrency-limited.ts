import type { MethodContext } from '../call/method-context.js';
import type { Bulkhead } from '../policies/concurrency/bulkhead.js';
import { limitConcurrency } from '../policies/concurrency/limit.js';
import { concurrencyFields, type ConcurrencyOptions } from '../policies/concurrency/options.js';
import { concurrencyContradictions, type ConcurrencyRules, concurrencyRules } from '../policies/concurrency/rules.js';
import { bulkheadNamed, keyedBulkheadsNamed, ownBulkhead, ownKeyedBulkheads } from '../runtime/bulkheads.js';
import type { Owned } from './decoration.js';
import { definePolicy } from './define-policy.js';
import { keyFinder } from './key.js';
import type { PolicyDecorator } from './types.js';

/**
 * Lets at most `limit` calls of the method run at a time, over all instances. `queue` more calls wait in order for at
 * most `maxQueueWait`. All other calls are rejected with {@link ConcurrencyLimitError} and never start. `limit:
 * 'adaptive'` derives the limit from the latency of the calls.
 *
 * Write it below `@RetryOnTransient()`, so that no permit is held while a retry waits. A rejection is not retried and
 * does not count in the circuit.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const ConcurrencyLimited: (options: ConcurrencyOptions) => PolicyDecorator = definePolicy({
  name: 'ConcurrencyLimited',
  group: 'concurrency',
  fields: concurrencyFields,
  contradictions: concurrencyContradictions,
  bind: (options, context, own) => {
    const rules = concurrencyRules(options);
    return limitConcurrency(context, {
      rules,
      name: options.bulkhead,
      bulkhead: options.key
        ? byKey(keyFinder('ConcurrencyLimited', context.method, options.key), options.bulkhead, rules, context, own)
        : forAll(options.bulkhead, rules, context, own),
    });
  },
});

type KeyOf = ReturnType<typeof keyFinder>;

/** The one bulkhead of all calls. */
function forAll(name: string | undefined, rules: ConcurrencyRules, { method }: MethodContext, own: Owned): Bulkhead {
  const bulkhead = name === undefined ? own.once('ConcurrencyLimited', () => ownBulkhead(method)) : bulkheadNamed(name);
  bulkhead.resize(rules.limit, rules.adaptive);
  return bulkhead;
}

/** The bulkhead of a call's key. */
function byKey(
  keyOf: KeyOf,
  name: string | undefined,
  rules: ConcurrencyRules,
  { method }: MethodContext,
  own: Owned,
): (self: unknown, args: readonly unknown[]) => Bulkhead {
  const bulkheads =
    name === undefined
      ? own.once('ConcurrencyLimited by key', () => ownKeyedBulkheads(method))
      : keyedBulkheadsNamed(name);
  const resize = (bulkhead: Bulkhead): void => bulkhead.resize(rules.limit, rules.adaptive);
  for (const [, bulkhead] of bulkheads) resize(bulkhead);
  return (self, args) => bulkheads.get(keyOf(self, args), resize);
}
