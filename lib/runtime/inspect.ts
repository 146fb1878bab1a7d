import { CIRCUIT_STATES, type CircuitStateName } from '../core/events.js';
import { largest, smallest } from '../core/extremes.js';
import { deepFreeze } from '../settings/load.js';
import { bulkheads } from './bulkheads.js';
import { countsOf, type Known, knownCircuits } from './namesakes.js';
import { countedMethods, countedSince } from './counted.js';
import { fleetStats } from './fleets.js';
import { type KnownGates, knownGates } from './gates.js';
import { limiterStates } from './limiters.js';
import { snapshotOf, worstOf } from './handle.js';
import type { CircuitStats, GateStats, Inspection } from './inspection.js';
import { budgetOf, methodStats, recordOf } from './method-stats.js';
import { reloads, runtime } from './runtime.js';

/**
 * All counters since the process started, and the current state, of every decorated method, circuit and gate that has
 * been used. Plain JSON, frozen. Reading changes nothing.
 * @param options `keys: true` lists each key of a circuit with keys. By default the keys are added up, so that no key
 * leaves the process.
 */
export function inspect({ keys = false }: { readonly keys?: boolean } = {}): Inspection {
  const now = runtime.clock.now();
  const fleet = fleetStats(now);
  return deepFreeze({
    since: countedSince(),
    methods: [...countedMethods()]
      .filter(([, counted]) => counted.some(({ stats }) => !stats.isBeneath))
      .map(([method, counted]) => methodStats(method, counted, now)),
    circuits: circuitStats(keys, now),
    gates: knownGates().map((gates) => gateStats(gates, now)),
    bulkheads: bulkheads().map(({ name, limit, running, queued, abandoned }) => ({
      bulkhead: name,
      limit,
      running,
      queued,
      abandoned,
    })),
    limiters: limiterStates(),
    reloads: { ...reloads },
    ...(fleet && { fleet }),
  });
}

function circuitStats(keys: boolean, now: number): CircuitStats[] {
  const byName = new Map<string, Known[]>();
  for (const known of knownCircuits()) {
    const group = keys ? known.name : known.circuit.name;
    const found = byName.get(group);
    if (found) found.push(known);
    else byName.set(group, [known]);
  }
  return [...byName].map(([name, known]) => statsOf(name, known, keys, now));
}

function statsOf(name: string, known: readonly Known[], keys: boolean, now: number): CircuitStats {
  const circuits = known.map(({ circuit }) => circuit);
  const shown = worstOf(circuits) as Known['circuit'];
  const { key } = known[0] as Known;
  const isOne = keys && key !== undefined;
  const { transitions, refused, wouldHaveRefused } = (isOne ? undefined : countsOf(shown.name)) ?? shown.counts;
  const hasKeys = known.some((one) => one.key !== undefined);
  return {
    ...snapshotOf(name, shown, now),
    circuit: shown.name,
    ...(isOne && { key }),
    ...(hasKeys && !isOne && { keys: keysByState(known, now) }),
    shadow: shown.isShadow,
    transitions,
    refused,
    wouldHaveRefused,
    budget: budgetOf(isOne ? [shown.budget] : circuits.map(({ budget }) => budget), now),
  };
}

function keysByState(known: readonly Known[], now: number): Record<CircuitStateName, number> {
  const found = recordOf(CIRCUIT_STATES, () => 0);
  for (const { key, circuit } of known) if (key !== undefined) found[circuit.stateAt(now).kind] += 1;
  return found;
}

function gateStats({ name, gates, closings }: KnownGates, now: number): GateStats {
  const left = gates.map((gate) => gate.retryAfterMs(now));
  const paces = gates.flatMap((gate) => gate.pacePerSecond(now) ?? []);
  return {
    gate: name,
    closedForMs: largest(left, 0),
    ...(paces.length > 0 && { pacePerS: smallest(paces, Infinity) }),
    waiting: gates.reduce((total, { waiting }) => total + waiting, 0),
    closings,
  };
}
