import { hedge } from '../policies/hedge/hedge.js';
import { Latencies } from '../policies/hedge/latencies.js';
import { hedgeFields, type HedgeOptions } from '../policies/hedge/options.js';
import { hedgeContradictions, hedgeRules } from '../policies/hedge/rules.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Only for methods that may run twice. Starts a second attempt when the first has not settled in time, takes the first
 * success and aborts the rest: their {@link currentSignal} says so. `after` is a duration, or a percentile of what was
 * seen, such as `'p95'`. When all attempts fail, the error of the first is thrown itself.
 *
 * Stands below `@RetryOnTransient()`, with which it shares the budget, and above `@ConcurrencyLimited()`, so that each
 * attempt has a permit of its own.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const Hedged: (options: HedgeOptions) => PolicyDecorator = definePolicy({
  name: 'Hedged',
  group: 'hedge',
  fields: hedgeFields,
  contradictions: hedgeContradictions,
  bind: (options, site, own, { index, stack }) =>
    hedge(
      site,
      hedgeRules(options),
      own.once('Hedged', () => new Latencies()),
      index === stack.length - 1,
    ),
});
