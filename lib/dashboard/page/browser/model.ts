// The data of all processes, added up by name.
import type { CircuitStateName } from '../../../core/events.js';
import type { FleetCircuit } from '../../../runtime/fleets.js';
import type { State } from '../../state.js';
import { History, Named, Recent, type Step } from './history.js';
import { type Counts, mapped, type Sources, sum } from './sources.js';

export interface Method {
  readonly name: string;
  readonly circuit: string | undefined;
  readonly rates: Counts;
  readonly active: number;
  readonly recovered: number;
  readonly hedges: { readonly won: number; readonly started: number };
  readonly bulkhead: { readonly limit: number; readonly running: number; readonly queued: number } | undefined;
  readonly tokens: number;
}

export interface Circuit {
  readonly name: string;
  /** The worst state among all processes. */
  readonly state: CircuitStateName;
  readonly retryAfterMs: number | null;
  readonly reason: string | undefined;
  readonly isShadow: boolean;
  /** The number of processes with the circuit in this state, and the number of all processes with the circuit. */
  readonly there: number;
  readonly processes: number;
  readonly openings: number;
  /** The openings in the last two minutes. */
  readonly recent: number;
  readonly tokens: number;
  readonly key: string | undefined;
  readonly keys: string;
  readonly rates: Counts;
  readonly steps: readonly Step[];
  /** The share of calls that failed, were refused, or were answered by the fallback. */
  readonly degraded: number;
  readonly fleet: FleetCircuit | undefined;
}

export interface Fleet {
  readonly name: string;
  readonly isConnected: boolean;
  readonly circuits: readonly FleetCircuit[];
}

export const STATES: readonly CircuitStateName[] = ['closed', 'forced-closed', 'half-open', 'open', 'isolated'];
/** A closed circuit with at least this share of degraded calls is shown as failing. */
export const FAILING = 0.1;
const ofMethods = new Named(() => new History());
const ofCircuits = new Named(() => new History());
const openings = new Named(() => new Recent());

export function methodsIn(sources: Sources, at: number): Method[] {
  const found = grouped(
    sources.states.flatMap(({ inspection }) => inspection.methods),
    ({ method }) => method,
  );
  return [...found].map(([name, all]) => {
    const history = ofMethods.of(name);
    history.add(sources.totalOf(name), at);
    const bulkheads = all.flatMap(({ bulkhead }) => bulkhead ?? []);
    return {
      name,
      circuit: all.find(({ circuit }) => circuit !== undefined)?.circuit,
      rates: history.rates,
      active: sum(all.map(({ started, calls }) => started - sum(calls.map(({ count }) => count)))),
      recovered: sum(all.map(({ recovered }) => recovered)),
      hedges: { won: sum(all.map(({ hedges }) => hedges.won)), started: sum(all.map(({ hedges }) => hedges.started)) },
      bulkhead:
        bulkheads.length === 0
          ? undefined
          : {
              limit: sum(bulkheads.map(({ limit }) => limit)),
              running: sum(bulkheads.map(({ running }) => running)),
              queued: sum(bulkheads.map(({ queued }) => queued)),
            },
      tokens: Math.min(...all.map(({ budget }) => budget.tokens)),
    };
  });
}

export function circuitsIn(
  sources: Sources,
  methods: readonly Method[],
  fleets: readonly Fleet[],
  at: number,
): Circuit[] {
  const found = grouped(
    sources.states.flatMap(({ inspection }) => inspection.circuits),
    ({ name }) => name,
  );
  const ofCircuit = grouped(methods, ({ circuit }) => circuit);
  return [...found].map(([name, all]) => {
    const worst = all.reduce((a, b) => (STATES.indexOf(b.state) > STATES.indexOf(a.state) ? b : a));
    const own = ofCircuit.get(worst.circuit) ?? [];
    const history = ofCircuits.of(name);
    history.add(
      mapped((field) => sum(own.map((one) => sources.totalOf(one.name)[field]))),
      at,
    );
    const { rates, steps } = history;
    const opened = sum(
      all.flatMap(({ transitions }) => transitions.map((one) => (one.state === 'open' ? one.count : 0))),
    );
    return {
      name,
      state: worst.state,
      retryAfterMs: worst.retryAfterMs,
      reason: worst.reason,
      isShadow: worst.shadow,
      there: all.filter(({ state }) => state === worst.state).length,
      processes: all.length,
      openings: opened,
      recent: openings.of(name).since(opened, at),
      tokens: Math.min(...all.map(({ budget }) => budget.tokens)),
      key: worst.key,
      keys: STATES.map((state) => [state, sum(all.map(({ keys }) => keys?.[state] ?? 0))] as const)
        .filter(([, n]) => n > 0)
        .map(([state, n]) => `${n} ${state}`)
        .join(', '),
      rates,
      steps,
      degraded: rates.ended > 0 ? (rates.failed + rates.refused + rates.fallback) / rates.ended : 0,
      fleet: fleets.flatMap(({ circuits }) => circuits).find((one) => one.name === name),
    };
  });
}

/** The last known circuits of each fleet, for the time when its store does not answer. */
const known = new Map<string, readonly FleetCircuit[]>();

export function fleetsIn(states: readonly State[]): Fleet[] {
  const found = grouped(
    states.flatMap(({ fleet }) => fleet ?? []),
    ({ name }) => name,
  );
  return [...found].map(([name, all]) => {
    const answered = all.find(({ circuits }) => circuits !== undefined)?.circuits;
    if (answered) known.set(name, answered);
    return { name, isConnected: answered !== undefined, circuits: known.get(name) ?? [] };
  });
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group) group.push(item);
    else found.set(keyOf(item), [item]);
  }
  return found;
}
