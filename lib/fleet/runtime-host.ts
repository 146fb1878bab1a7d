import type { FleetEvent } from '../core/fleet-events.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import type { Limiter } from '../policies/limiter/limiter.js';
import { type Introduction, watchCircuits } from '../runtime/circuits.js';
import { watchGates } from '../runtime/gates.js';
import { watchLimiters } from '../runtime/limiters.js';
import { runtime } from '../runtime/runtime.js';
import { circuitsMeantBy } from '../runtime/namesakes.js';
import { BackgroundTimers } from './background.js';
import type { CircuitFleetSettings } from './circuit-port.js';
import type { FleetHost } from './host.js';
import { LocalCircuit } from './local-circuit.js';
import { LocalLimiter } from './local-limiter.js';
import { safeName, safeNameOfKey, safeNameOfLimiter } from './protocol/keys.js';
import type { FleetMode, FleetRules } from './rules.js';

/** How often the counters of successes are read during the time of `trust`. */
const LOOKS = 4;

/** The settings of circuits that no method has used yet. */
const UNUSED = {
  recoveryMs: 60_000,
  recoveryGrowth: 1,
  maxRecoveryMs: 600_000,
  probes: 1,
  probeIntervalMs: 5000,
  rampUpMs: 0,
};

/** The host of this process: the circuits, gates and limiters of its methods. */
export function runtimeHost(rules: FleetRules): FleetHost {
  const { clock, random } = runtime;
  return {
    clock,
    random,
    emit,
    eachCircuit(join) {
      const timers = new BackgroundTimers(clock);
      const ports = new Set<LocalCircuit>();
      const leave = watchCircuits((introduction) => {
        // The circuit gets its rules when the method that created it has been bound.
        queueMicrotask(() => {
          if (modeOf(introduction, introduction.circuit.rules, rules.mode) === 'off') return;
          const port = portOf(introduction, rules, clock);
          ports.add(port);
          join(port);
        });
      });
      const look = (): void => {
        for (const port of ports) {
          if (port.isGone) ports.delete(port);
          else port.look(clock.now());
        }
        timers.after(rules.trustMs / LOOKS, look);
      };
      if (rules.trustMs > 0) look();
      return () => {
        leave();
        timers.clear();
      };
    },
    eachGate: (join) =>
      watchGates((name, gate) => {
        if (rules.mode === 'off') return;
        join({
          name: safeName(name),
          closedForMs: (now) => gate.retryAfterMs(now),
          closeFor(ms) {
            if (!isOff(name)) gate.closeFor(ms, clock.now());
          },
          onClosed: (listener) =>
            gate.onClosed((ms) => {
              if (!isOff(name)) listener(ms);
            }),
        });
      }),
    eachLimiter: (join) =>
      watchLimiters((introduction) => {
        const { name, limiter } = introduction;
        const modeNow = (known: Limiter): FleetMode => modeOf(introduction, known.rules, rules.mode);
        if (modeNow(limiter) === 'off') return;
        join(new LocalLimiter(safeNameOfLimiter(name), name, limiter, clock, modeNow));
      }),
  };
}

/** True if a circuit with this name has `fleet: 'off'`: then its gate is not shared either. */
function isOff(name: string): boolean {
  return circuitsMeantBy(name).some(({ rules }) => rules?.fleet === 'off');
}

function emit(event: FleetEvent): void {
  runtime.telemetry.channel(event.type, '').audience(runtime.clock.now())?.(event);
}

function portOf({ circuit, kind, key }: Introduction, rules: FleetRules, clock: typeof runtime.clock): LocalCircuit {
  const name = key === undefined ? safeName(circuit.name) : safeNameOfKey(rules.fleet, circuit.name, key);
  const settingsOf = (known: Circuit): CircuitFleetSettings => ({
    ...(known.rules ?? UNUSED),
    mode: modeOf({ kind }, known.rules, rules.mode),
  });
  return new LocalCircuit(name, circuit, clock, rules.trustMs, settingsOf);
}

/** The mode of a circuit or limiter: its own setting, limited by the mode of the whole process. */
function modeOf(
  { kind }: Pick<Introduction, 'kind'>,
  rules: { readonly fleet?: FleetMode } | undefined,
  whole: FleetMode,
): FleetMode {
  const own = rules?.fleet ?? (kind === 'shared' ? 'on' : 'off');
  return own === 'on' ? whole : whole === 'off' ? 'off' : own;
}
