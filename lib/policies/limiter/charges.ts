import type { Call } from '../../call/call.js';
import type { Site } from '../../call/site.js';
import { answered, type CheckedCost, checkedActual, checkedCost } from './cost.js';

/** What users say of the price of a call. */
export interface PriceOptions {
  readonly cost?: ((...args: unknown[]) => unknown) | undefined;
  readonly actual?: ((result: unknown, ...args: unknown[]) => unknown) | undefined;
}

/** What has been reported of the prices of one method: each problem once. Lives as long as the method. */
export type Reported = Set<string>;

/** The prices of a method's calls. An answer that cannot be used is replaced by a safe one, and reported. */
export interface Charges {
  /** Units that a call takes, before it is made. */
  before(self: unknown, args: readonly unknown[]): number;
  /** Units that it has really taken; undefined if there is nothing to correct. */
  after(call: Call, result: unknown): number | undefined;
}

const NO_COST: CheckedCost = { cost: 1, problem: 'an exception' };
const NO_ACTUAL: Partial<CheckedCost> = { problem: 'an exception' };

export function chargesOf(site: Site, limit: number, { cost, actual }: PriceOptions, reported: Reported): Charges {
  function report(option: 'cost' | 'actual', { cost: charged, problem }: Partial<CheckedCost>): void {
    if (problem === undefined || reported.has(`${option}: ${problem}`)) return;
    const audience = site.channel('cost_unusable').audience(site.clock.now());
    // When nobody listens, it is reported to whoever listens later.
    if (!audience) return;
    reported.add(`${option}: ${problem}`);
    const instead = charged === undefined ? 'the charge stays as it was' : `the call is charged ${charged}`;
    audience({
      type: 'cost_unusable',
      method: site.method,
      reason: `@RateLimited() ${option}: expected a number from 0 to limit (${limit}), got ${problem}; ${instead}`,
    });
  }

  return {
    before(self, args) {
      if (!cost) return 1;
      const checked = answered(
        () => cost.apply(self, args as unknown[]),
        (given) => checkedCost(given, limit),
        NO_COST,
      );
      report('cost', checked);
      return checked.cost;
    },
    after({ self, args }, result) {
      if (!actual) return undefined;
      const checked = answered(
        () => actual.call(self, result, ...args),
        (given) => checkedActual(given, limit),
        NO_ACTUAL,
      );
      report('actual', checked);
      return checked.cost;
    },
  };
}
