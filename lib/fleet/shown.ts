import type { FleetEvent } from '../core/fleet-events.js';
import type { FleetCircuitStats, FleetStats } from '../runtime/fleet-stats.js';
import type { CircuitMember } from './member/member.js';

/** What is read of a membership. */
interface Source {
  readonly rules: { readonly fleet: string };
  readonly line: { readonly isDegraded: boolean };
  readonly members: Iterable<CircuitMember>;
}

type Events = Record<keyof FleetCircuitStats['events'], number>;

/** What `inspect()` shows of a membership. It contains no keys, no addresses and no ids of members. */
export class Shown {
  readonly #degradations = { timeout: 0, error: 0, late: 0 };
  readonly #events = new Map<string, Events>();

  /** Counts an event. */
  count(event: FleetEvent): void {
    switch (event.type) {
      case 'fleet_degraded':
        this.#degradations[event.reason] += 1;
        break;
      case 'fleet_alerted':
        this.#eventsOf(event.circuit).alerted += 1;
        break;
      case 'fleet_seconded':
        this.#eventsOf(event.circuit).seconded += 1;
        break;
      case 'fleet_restored':
        this.#eventsOf(event.circuit).restored += 1;
        break;
      case 'fleet_joined':
      case 'fleet_recovered':
      case 'fleet_shared':
    }
  }

  stats({ line, rules, members }: Source, now: number): FleetStats {
    const byLabel = new Map<string, CircuitMember[]>();
    for (const member of members) {
      const { label } = member.port;
      const namesakes = byLabel.get(label);
      if (namesakes) namesakes.push(member);
      else byLabel.set(label, [member]);
    }
    return {
      fleet: rules.fleet,
      store: line.isDegraded ? 'degraded' : 'connected',
      degradations: { ...this.#degradations },
      circuits: [...byLabel].map(([circuit, namesakes]) => ({
        circuit,
        state: worstOf(namesakes, now),
        members: Math.max(...namesakes.map((member) => member.members)),
        events: { ...this.#eventsOf(circuit) },
      })),
    };
  }

  #eventsOf(circuit: string): Events {
    let found = this.#events.get(circuit);
    if (!found) this.#events.set(circuit, (found = { alerted: 0, seconded: 0, restored: 0 }));
    return found;
  }
}

const BY_TROUBLE = ['closed', 'half-open', 'open', 'isolated'] as const;

function worstOf(namesakes: readonly CircuitMember[], now: number): FleetCircuitStats['state'] {
  const states = namesakes.map(({ record }) => stateOf(record, now));
  return BY_TROUBLE.findLast((state) => states.includes(state)) ?? 'closed';
}

function stateOf({ state, until }: CircuitMember['record'], now: number): FleetCircuitStats['state'] {
  return state === 'open' && until <= now ? 'half-open' : state;
}
