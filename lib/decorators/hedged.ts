import { hedge } from '../policies/hedge/hedge.js';
import { Latencies } from '../policies/hedge/latencies.js';
import { hedgeFields, type HedgeOptions } from '../policies/hedge/options.js';
import { hedgeContradictions, hedgeRules } from '../policies/hedge/rules.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Only for methods that may run twice. Starts a second attempt if the first has not settled within `after`. The first
 * success wins; the other attempts are aborted through their {@link currentSignal}. `after` is a duration, or a
 * percentile of the measured latencies, such as `'p95'`. If all attempts fail, the first attempt's error is rethrown
 * unchanged.
 *
 * Write it below `@RetryOnTransient()`, with which it shares the budget, and above `@ConcurrencyLimited()`, so that
 * each attempt needs its own permit.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const Hedged: (options: HedgeOptions) => PolicyDecorator = definePolicy({
  name: 'Hedged',
  group: 'hedge',
  fields: hedgeFields,
  contradictions: hedgeContradictions,
  bind: (options, context, own, { index, stack }) =>
    hedge(
      context,
      hedgeRules(options),
      own.once('Hedged', () => new Latencies()),
      index === stack.length - 1,
    ),
});
