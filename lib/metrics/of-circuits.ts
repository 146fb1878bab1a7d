import { CIRCUIT_STATES } from '../core/events.js';
import type { CircuitStats } from '../runtime/inspection.js';
import { CIRCUIT, type Metric, METHOD, REASON, type Series, SHADOW, STATE } from './metric.js';

/** Makes a metric with one or several series for each circuit. */
function perCircuit(
  metric: Omit<Metric, 'read'>,
  seriesOf: (stats: CircuitStats) => Series | readonly Series[] | undefined,
): Metric {
  return { ...metric, read: ({ circuits }) => circuits.flatMap((stats) => seriesOf(stats) ?? []) };
}

type Transition = Pick<CircuitStats['transitions'][number], 'state' | 'reason'>;

/** Transitions without manual action. Their series start at 0 with the first call, so that the first one is visible. */
const USUAL: readonly Transition[] = [
  { state: 'open', reason: 'failures' },
  { state: 'open', reason: 'probe' },
  { state: 'half-open' },
  { state: 'closed' },
];

/** Further such transitions, for rules that use a window. */
const OF_WINDOW: readonly Transition[] = [
  { state: 'open', reason: 'failure-rate' },
  { state: 'open', reason: 'slow-call-rate' },
];

function transitionsOf({ circuit, transitions, window }: CircuitStats): Series[] {
  const missing = [...USUAL, ...(window ? OF_WINDOW : [])].filter(
    (one) => !transitions.some(({ state, reason }) => state === one.state && reason === one.reason),
  );
  return [...transitions, ...missing.map((one) => ({ ...one, count: 0 }))].map(({ state, reason, count }) => ({
    attributes: { [CIRCUIT]: circuit, [STATE]: state, ...(reason !== undefined && { [REASON]: reason }) },
    value: count,
  }));
}

/** The share of calls in the window that failed or were slow, if a rule uses a window and the circuit has no keys. */
function ratio({ circuit, window, keys }: CircuitStats, part: 'failures' | 'slow'): Series | undefined {
  if (!window || keys) return undefined;
  return { attributes: { [CIRCUIT]: circuit }, value: window.calls === 0 ? 0 : window[part] / window.calls };
}

export const CIRCUIT_METRICS: readonly Metric[] = [
  perCircuit(
    {
      ...{ name: 'holdfast.circuit.state', prometheus: 'holdfast_circuit_state', kind: 'gauge', unit: '1' },
      help: 'For each state: 1 if the circuit is in it, else 0. For circuits with keys: the state of the worst key.',
    },
    ({ circuit, state }) =>
      CIRCUIT_STATES.map((one) => ({
        attributes: { [CIRCUIT]: circuit, [STATE]: one },
        value: one === state ? 1 : 0,
      })),
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.circuit.transitions', prometheus: 'holdfast_circuit_transitions_total' },
      ...{ kind: 'counter', unit: '{transition}', help: 'Transitions into a state, by the rule that caused them.' },
    },
    transitionsOf,
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.circuit.refused', prometheus: 'holdfast_circuit_refused_total' },
      ...{
        kind: 'counter',
        unit: '{call}',
        help: 'Calls that a circuit rejected, or would have rejected in shadow mode.',
      },
    },
    ({ circuit, refused, wouldHaveRefused }) => [
      { attributes: { [CIRCUIT]: circuit, [SHADOW]: false }, value: refused },
      { attributes: { [CIRCUIT]: circuit, [SHADOW]: true }, value: wouldHaveRefused },
    ],
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.circuit.keys', prometheus: 'holdfast_circuit_keys', kind: 'gauge', unit: '{key}' },
      help: 'For circuits with keys: how many keys are in each state.',
    },
    ({ circuit, keys }) =>
      Object.entries(keys ?? {}).map(([state, value]) => ({
        attributes: { [CIRCUIT]: circuit, [STATE]: state },
        value,
      })),
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.circuit.failure_ratio', prometheus: 'holdfast_circuit_failure_ratio' },
      ...{ kind: 'gauge', unit: '1', help: 'The share of failures among the calls of the window.' },
    },
    (stats) => ratio(stats, 'failures'),
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.circuit.slow_ratio', prometheus: 'holdfast_circuit_slow_ratio' },
      ...{ kind: 'gauge', unit: '1', help: 'The share of slow calls among the calls of the window.' },
    },
    (stats) => ratio(stats, 'slow'),
  ),
  {
    ...{ name: 'holdfast.retry_budget.tokens', prometheus: 'holdfast_retry_budget_tokens' },
    ...{ kind: 'gauge', unit: '{token}' },
    help: 'Retries that may be made at once: of the circuit, or of the method without a circuit.',
    read: ({ circuits, methods }) => [
      ...circuits.map(({ circuit, budget }) => ({ attributes: { [CIRCUIT]: circuit }, value: budget.tokens })),
      ...methods
        .filter(({ circuit }) => circuit === undefined)
        .map(({ method, budget }) => ({ attributes: { [METHOD]: method }, value: budget.tokens })),
    ],
  },
];
