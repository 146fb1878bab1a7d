import type { Call } from '../../call/call.js';
import type { MethodContext } from '../../call/method-context.js';
import { answered, type CheckedCost, checkedActual, checkedCost } from './cost.js';

/** The options that decide the cost of a call. */
export interface PriceOptions {
  readonly cost?: ((...args: unknown[]) => unknown) | undefined;
  readonly actual?: ((result: unknown, ...args: unknown[]) => unknown) | undefined;
}

/**
 * The problems with the costs of one method that have been reported: each is reported once. Lives as long as the
 * method.
 */
export type Reported = Set<string>;

/** The costs of a method's calls. An invalid cost is replaced by a safe one, and reported. */
export interface Charges {
  /** The units to charge before the call. */
  before(self: unknown, args: readonly unknown[]): number;
  /** The units that the call really took; undefined if there is nothing to correct. */
  after(call: Call, result: unknown): number | undefined;
}

const NO_COST: CheckedCost = { cost: 1, problem: 'an exception' };
const NO_ACTUAL: Partial<CheckedCost> = { problem: 'an exception' };

export function chargesOf(
  context: MethodContext,
  limit: number,
  { cost, actual }: PriceOptions,
  reported: Reported,
): Charges {
  function report(option: 'cost' | 'actual', { cost: charged, problem }: Partial<CheckedCost>): void {
    if (problem === undefined || reported.has(`${option}: ${problem}`)) return;
    const audience = context.channel('cost_unusable').audience(context.clock.now());
    // If nobody listens now, a later call reports it.
    if (!audience) return;
    reported.add(`${option}: ${problem}`);
    const instead = charged === undefined ? 'the charge stays as it was' : `the call is charged ${charged}`;
    audience({
      type: 'cost_unusable',
      method: context.method,
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
