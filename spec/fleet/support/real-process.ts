import { systemClock } from '#lib/core/clock.js';
import { systemRandom } from '#lib/core/random.js';
import type { CircuitFleetSettings } from '#lib/fleet/circuit-port.js';
import type { FleetEvent } from '#lib/core/fleet-events.js';
import { Membership } from '#lib/fleet/membership.js';
import type { FleetRules } from '#lib/fleet/rules.js';
import type { FleetStore } from '#lib/fleet/store/port.js';
import { ModelCircuit } from './model-circuit.js';
import { RULES } from './world.js';

/** A member of a fleet in real time, with a store of its own. */
export interface RealMember {
  readonly circuit: ModelCircuit;
  readonly membership: Membership;
  readonly events: FleetEvent[];
}

export function realMember(
  store: FleetStore,
  rules: Partial<FleetRules> = {},
  settings: Partial<CircuitFleetSettings> = {},
): RealMember {
  const circuit = new ModelCircuit(systemClock, { recoveryMs: 300, probeIntervalMs: 500, ...settings });
  const events: FleetEvent[] = [];
  const membership = new Membership(
    store,
    { ...RULES, syncMs: 1000, presenceMs: 2500, ...rules },
    {
      clock: systemClock,
      random: systemRandom,
      emit: (event) => void events.push(event),
      eachCircuit: (join) => {
        join(circuit);
        return () => undefined;
      },
      eachGate: () => () => undefined,
      eachLimiter: () => () => undefined,
    },
  );
  return { circuit, membership, events };
}

/** Resolves as soon as the condition holds; mocha's limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
