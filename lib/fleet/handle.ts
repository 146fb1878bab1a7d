import { type Duration, isDuration, toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import type { FleetCircuit } from '../runtime/fleets.js';
import { FleetStoreError } from './errors.js';
import type { Membership } from './membership.js';
import { readableName, safeName, safeNameOfKey } from './protocol/keys.js';
import type { Reply } from './protocol/reply.js';

export type { FleetCircuit };

/** Options of `isolate`. */
export interface FleetIsolation {
  /** The reason, at most 200 characters. Only `circuits()` and `holdfast fleet status` show it. @default none */
  readonly reason?: string;
  /** The duration of the isolation. @default until `reset` */
  readonly for?: Duration;
}

/** The handle of a fleet: processes that open and close their circuits together. */
export interface Fleet {
  readonly name: string;
  /** `degraded`: the store does not answer. Every circuit acts alone. */
  readonly store: 'connected' | 'degraded';
  /** Returns every circuit of the fleet, also those that this process does not use. */
  circuits(): Promise<FleetCircuit[]>;
  /** Rejects every call of this circuit in every process, until `reset` or the end of `for`. */
  isolate(circuit: string, isolation?: FleetIsolation): Promise<void>;
  /** Closes the circuit in every process. */
  reset(circuit: string): Promise<void>;
  /** Leaves the fleet. The circuits of this process then act alone. */
  close(): Promise<void>;
}

const LONGEST_REASON = 200;
const KEYED = /^(.+?)\[(.*)\]$/s;

/** Makes the public handle of a membership. */
export function fleetHandle(membership: Membership): Fleet {
  const { line, rules } = membership;
  const answered = <T>(reply: T | undefined): T => {
    if (reply === undefined) throw new FleetStoreError(rules.timeoutMs);
    return reply;
  };
  return {
    name: rules.fleet,
    get store() {
      return line.isDegraded ? 'degraded' : 'connected';
    },
    async circuits() {
      const listed = answered(await line.list());
      const names = [...new Set([...listed, ...[...membership.members].map(({ port }) => port.name)])].sort();
      const replies = await Promise.all(names.map((name) => line.read(name)));
      return names.map((name, i) => circuitOf(name, answered(replies[i])));
    },
    async isolate(circuit, isolation = {}) {
      const { reason, forMs } = checkIsolation(isolation);
      answered(await membership.byHand('isolate', keyName(rules.fleet, circuit), [reason, String(forMs)]));
    },
    async reset(circuit) {
      answered(await membership.byHand('reset', keyName(rules.fleet, circuit), []));
    },
    close: () => membership.close(),
  };
}

/** The circuit's name, escaped for the fleet's keys. `name[key]` means the circuit of that key. */
function keyName(fleet: string, circuit: string): string {
  if (typeof circuit !== 'string' || circuit.trim() === '')
    throw new ConfigurationError([
      `fleet: expected the name of a circuit, got ${circuit === '' ? '""' : typeof circuit}`,
    ]);
  const [, name, key] = KEYED.exec(circuit) ?? [];
  return name === undefined || key === undefined ? safeName(circuit) : safeNameOfKey(fleet, name, key);
}

function checkIsolation({ reason = '', for: duration }: FleetIsolation): {
  readonly reason: string;
  readonly forMs: number;
} {
  const problems: string[] = [];
  if (typeof reason !== 'string') problems.push('fleet.isolate.reason: expected a text');
  else if (reason.length > LONGEST_REASON)
    problems.push(`fleet.isolate.reason: expected at most ${LONGEST_REASON} characters, got ${reason.length}`);
  if (duration !== undefined && !(isDuration(duration) && toMs(duration) >= 1))
    problems.push('fleet.isolate.for: expected a duration of at least 1 ms with a unit, such as "2h"');
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { reason, forMs: duration === undefined ? 0 : Math.ceil(toMs(duration)) };
}

function circuitOf(name: string, { record, numbers }: Reply): FleetCircuit {
  const { state, openInMs, trips, why } = record;
  const [present = 0, votes = 0] = numbers;
  return {
    name: readableName(name),
    state: state === 'open' && openInMs === 0 ? 'half-open' : state,
    openInMs: openInMs < 0 ? null : openInMs,
    trips,
    present,
    votes,
    why,
  };
}
