import { hedge } from '../policies/hedge/hedge.js';
import { Latencies } from '../policies/hedge/latencies.js';
import { hedgeFields, type HedgeOptions } from '../policies/hedge/options.js';
import { hedgeContradictions, hedgeRules, type ResolvedHedgeOptions } from '../policies/hedge/rules.js';
import { resolve } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator } from './decoration.js';
import { policySectionsOf } from './sections.js';
import type { PolicyDecorator } from './types.js';

const decorator: Decorator = {
  policy: 'Hedged',
  fields: hedgeFields,
  contradictions: hedgeContradictions,
  settings: (options, layers, method) =>
    resolve(hedgeFields, undefined, layers, options, policySectionsOf(layers, method, 'hedge')),
  bind: (options, site, owned, { index, stack }) => {
    const seen = owned.once('Hedged', () => new Latencies());
    return hedge(site, hedgeRules(options as unknown as ResolvedHedgeOptions), seen, index === stack.length - 1);
  },
};

/**
 * Only for methods that may run twice. Starts a second attempt when the first has not settled in time, takes the first
 * success and aborts the rest: their {@link currentSignal} says so. `after` is a duration, or a percentile of what was
 * seen, such as `'p95'`. When all attempts fail, the error of the first is thrown itself.
 *
 * Stands below `@RetryOnTransient()`, with which it shares the budget, and above `@ConcurrencyLimited()`, so that each
 * attempt has a permit of its own.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export function Hedged(options: HedgeOptions): PolicyDecorator;
export function Hedged(...given: readonly unknown[]): PolicyDecorator {
  return decorate(decorator, given);
}
