// A policy of its own: so many calls a day. docs/policies.md explains it step by step.
import { count, defineEvent, definePolicy, emit } from 'holdfast/policy';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Thrown when the calls of the day are used up: the call was not made. */
export class QuotaError extends Error {
  override readonly name = 'QuotaError';
}

defineEvent('quota_used_up', { level: 'warn', fields: { most: 'number' } });

/** Lets so many calls of the method be made in a day. */
export const DailyQuota = definePolicy({
  name: 'DailyQuota',
  group: 'dailyQuota',
  fields: {
    /** Calls in a day. @default 1000 */
    most: { doc: 'Calls in a day.', format: count(1), default: 1000, env: 'DAILY_QUOTA_MOST' },
  },
  place: { below: 'RetryOnTransient', above: 'ConcurrencyLimited' },
  bind: ({ most }, context, own) => {
    const used = own.once('DailyQuota', () => ({ day: 0, calls: 0 }));
    return {
      enter: (_self, _args, admission) => {
        const day = Math.floor(context.clock.now() / DAY_MS);
        if (day !== used.day) Object.assign(used, { day, calls: 0 });
        if (used.calls >= most) {
          emit(context, 'quota_used_up', () => ({ most }));
          return Promise.reject(new QuotaError(`${context.method}: all ${most} calls of the day are made.`));
        }
        used.calls += 1;
        return admission;
      },
    };
  },
});
