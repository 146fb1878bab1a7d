import { FAILURE_KINDS } from '../core/failure.js';
import type { CallOutcome } from '../call/stats.js';
import type { MethodStats } from '../runtime/inspection.js';
import { ERROR_TYPE, METHOD, type Metric, ofMethod, OUTCOME, REASON, RESULT, type Series } from './metric.js';

/** Calls with failures of these kinds have the outcome `cancelled` or `refused`, not `failure`. */
const NO_FAILURE: ReadonlySet<string> = new Set(['cancelled', 'circuit-open', 'concurrency-limit']);

/** How a call can end. All series start at 0 with the first call, so that the first failure is visible. */
const ENDS: readonly { readonly outcome: CallOutcome; readonly errorType?: string }[] = [
  { outcome: 'success' },
  { outcome: 'fallback' },
  { outcome: 'cancelled' },
  ...FAILURE_KINDS.filter((kind) => !NO_FAILURE.has(kind)).map((errorType) => {
    return { outcome: 'failure' as const, errorType };
  }),
  ...['circuit-open', 'concurrency-limit', 'rate-limit-wait'].map((errorType) => {
    return { outcome: 'refused' as const, errorType };
  }),
];

/** Kinds that are usually retried. Their series start at 0 with the first call. */
const RETRIED: ReadonlySet<string> = new Set(['timeout', 'network', 'server']);

function callsOf(stats: MethodStats): Series[] {
  const { calls } = stats;
  return ENDS.map(({ outcome, errorType }) => ({
    attributes: {
      ...ofMethod(stats),
      [OUTCOME]: outcome,
      ...(errorType !== undefined && { [ERROR_TYPE]: errorType }),
    },
    value: calls.find((one) => one.outcome === outcome && one.errorType === errorType)?.count ?? 0,
  }));
}

function activeOf({ method, started, calls }: MethodStats): Series {
  return { attributes: { [METHOD]: method }, value: started - calls.reduce((total, { count }) => total + count, 0) };
}

/** Makes a metric with one or several series for each method. */
function perMethod(
  metric: Omit<Metric, 'read'>,
  seriesOf: (stats: MethodStats) => Series | readonly Series[] | undefined,
): Metric {
  return { ...metric, read: ({ methods }) => methods.flatMap((stats) => seriesOf(stats) ?? []) };
}

/** Makes a series for each name whose value is above 0 or that is always shown. */
function counts(
  method: string,
  attribute: string,
  values: Readonly<Record<string, number>>,
  always: (name: string) => boolean,
): Series[] {
  return Object.entries(values)
    .filter(([name, value]) => value > 0 || always(name))
    .map(([name, value]) => ({ attributes: { [METHOD]: method, [attribute]: name }, value }));
}

export const METHOD_METRICS: readonly Metric[] = [
  perMethod(
    {
      ...{ name: 'holdfast.calls', prometheus: 'holdfast_calls_total', kind: 'counter', unit: '{call}' },
      help: 'Calls that have ended, by outcome.',
    },
    callsOf,
  ),
  perMethod(
    {
      ...{ name: 'holdfast.calls.active', prometheus: 'holdfast_calls_active', kind: 'up-down', unit: '{call}' },
      help: 'Calls that have started and not ended.',
    },
    activeOf,
  ),
  perMethod(
    {
      ...{ name: 'holdfast.attempts', prometheus: 'holdfast_attempts_total', kind: 'counter', unit: '{attempt}' },
      help: 'How often the method itself ran: first attempts, retries and hedges.',
    },
    (stats) => ({ attributes: ofMethod(stats), value: stats.attempts }),
  ),
  perMethod(
    {
      ...{ name: 'holdfast.retries', prometheus: 'holdfast_retries_total', kind: 'counter', unit: '{retry}' },
      help: 'Retries, by the kind of the failure that caused them.',
    },
    ({ method, retries }) => counts(method, ERROR_TYPE, retries, (kind) => RETRIED.has(kind)),
  ),
  perMethod(
    {
      ...{ name: 'holdfast.retries.abandoned', prometheus: 'holdfast_retries_abandoned_total' },
      ...{ kind: 'counter', unit: '{call}', help: 'Calls that failed and were not retried again, by reason.' },
    },
    ({ method, gaveUp }) => counts(method, REASON, gaveUp, (reason) => reason === 'attempts'),
  ),
  perMethod(
    {
      ...{ name: 'holdfast.calls.recovered', prometheus: 'holdfast_calls_recovered_total' },
      ...{ kind: 'counter', unit: '{call}', help: 'Calls that succeeded after a retry or by a hedge.' },
    },
    ({ method, recovered }) => ({ attributes: { [METHOD]: method }, value: recovered }),
  ),
  perMethod(
    {
      ...{ name: 'holdfast.hedges', prometheus: 'holdfast_hedges_total', kind: 'counter', unit: '{attempt}' },
      help: 'Hedges, by result: started, won or refused.',
    },
    ({ method, hedges }) => counts(method, RESULT, hedges, () => true),
  ),
  ...(['limit', 'running', 'queued'] as const).map((field) =>
    perMethod(
      {
        ...{ name: `holdfast.bulkhead.${field}`, prometheus: `holdfast_bulkhead_${field}` },
        ...{ kind: 'gauge' as const, unit: '{call}' },
        help: {
          limit: 'Calls that the bulkhead admits at the same time.',
          running: 'Calls that hold a permit of the bulkhead.',
          queued: 'Calls that wait for a permit of the bulkhead.',
        }[field],
      },
      ({ method, bulkhead }) => bulkhead && { attributes: { [METHOD]: method }, value: bulkhead[field] },
    ),
  ),
];
