// Metrics of the fleet that this process has joined. Without a fleet they have no series.
import type { FleetCircuitStats, FleetStats } from '../runtime/fleet-stats.js';
import { CIRCUIT, EVENT, FLEET, type Metric, REASON, type Series, STATE } from './metric.js';

/** The possible states of a fleet's circuit. */
const STATES = ['closed', 'open', 'half-open', 'isolated'] as const;

function ofFleet(metric: Omit<Metric, 'read'>, seriesOf: (stats: FleetStats) => readonly Series[]): Metric {
  return { ...metric, read: ({ fleet }) => (fleet ? [...seriesOf(fleet)] : []) };
}

function perCircuit(
  metric: Omit<Metric, 'read'>,
  seriesOf: (stats: FleetCircuitStats, attributes: Series['attributes']) => readonly Series[],
): Metric {
  return ofFleet(metric, ({ fleet, circuits }) =>
    circuits.flatMap((stats) => seriesOf(stats, { [FLEET]: fleet, [CIRCUIT]: stats.circuit })),
  );
}

export const FLEET_METRICS: readonly Metric[] = [
  ofFleet(
    {
      ...{ name: 'holdfast.fleet.degraded', prometheus: 'holdfast_fleet_degraded', kind: 'gauge', unit: '1' },
      help: "1 while the fleet's store does not answer and every circuit acts alone, else 0.",
    },
    ({ fleet, store }) => [{ attributes: { [FLEET]: fleet }, value: store === 'degraded' ? 1 : 0 }],
  ),
  ofFleet(
    {
      ...{ name: 'holdfast.fleet.degradations', prometheus: 'holdfast_fleet_degradations_total', kind: 'counter' },
      ...{ unit: '{degradation}', help: "How often this process stopped using the fleet's store, by reason." },
    },
    ({ fleet, degradations }) =>
      Object.entries(degradations).map(([reason, value]) => ({
        attributes: { [FLEET]: fleet, [REASON]: reason },
        value,
      })),
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.fleet.circuit.state', prometheus: 'holdfast_fleet_circuit_state', kind: 'gauge', unit: '1' },
      help: "For each state of the fleet's circuit, 1 if it is in it, else 0. As this process last heard.",
    },
    ({ state }, attributes) =>
      STATES.map((one) => ({ attributes: { ...attributes, [STATE]: one }, value: one === state ? 1 : 0 })),
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.fleet.circuit.members', prometheus: 'holdfast_fleet_circuit_members', kind: 'gauge' },
      ...{
        unit: '{member}',
        help: 'Members that have recently finished calls of the circuit, as far as this process knows.',
      },
    },
    ({ members }, attributes) => [{ attributes, value: members }],
  ),
  perCircuit(
    {
      ...{ name: 'holdfast.fleet.circuit.events', prometheus: 'holdfast_fleet_circuit_events_total', kind: 'counter' },
      ...{
        unit: '{event}',
        help: 'How often this process trusted its own calls, voted with another member, or restored a record.',
      },
    },
    ({ events }, attributes) =>
      Object.entries(events).map(([event, value]) => ({ attributes: { ...attributes, [EVENT]: event }, value })),
  ),
];
