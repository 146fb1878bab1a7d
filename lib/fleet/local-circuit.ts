import type { Clock } from '../core/clock.js';
import type { TransitionCause } from '../policies/circuit/cause.js';
import type { Circuit } from '../policies/circuit/circuit.js';
import { isHalfWay } from '../policies/circuit/half-way.js';
import { rampFrom } from '../policies/circuit/ramp.js';
import { failuresIn } from '../policies/circuit/row.js';
import type { CircuitState } from '../policies/circuit/state.js';
import { CLOSED } from '../policies/circuit/state.js';
import type {
  AdoptedState,
  Adoption,
  CircuitFleetSettings,
  CircuitLink,
  CircuitPort,
  CircuitView,
} from './circuit-port.js';
import { budgetShare } from './shares.js';
import { Successes } from './successes.js';

/** The view of a garbage-collected circuit. With it, the member neither votes nor follows the fleet. */
const GONE: CircuitView = Object.freeze({
  state: 'forced-closed',
  isHalfWay: false,
  lastSuccessAt: undefined,
  finished: 0,
});

/** Connects a circuit of this process to its fleet. It does not keep the circuit alive. */
export class LocalCircuit implements CircuitPort {
  readonly label: string;
  readonly #circuit: WeakRef<Circuit>;
  readonly #settingsOf: (circuit: Circuit) => CircuitFleetSettings;
  readonly #clock: Clock;
  /** The latest settings, for operations that are still running when the circuit is garbage-collected. */
  #settings: CircuitFleetSettings;
  readonly #successes: Successes;
  /** True while the circuit is isolated because its fleet is isolated. */
  #isFleetIsolated = false;

  /**
   * @param name the circuit's name, escaped for the fleet's keys
   * @param settingsOf returns the current settings of the circuit
   */
  constructor(
    readonly name: string,
    circuit: Circuit,
    clock: Clock,
    trustMs: number,
    settingsOf: (circuit: Circuit) => CircuitFleetSettings,
  ) {
    this.label = circuit.name;
    this.#circuit = new WeakRef(circuit);
    this.#clock = clock;
    this.#settingsOf = settingsOf;
    this.#settings = settingsOf(circuit);
    this.#successes = new Successes(trustMs);
  }

  get isGone(): boolean {
    return this.#circuit.deref() === undefined;
  }

  settings(): CircuitFleetSettings {
    const circuit = this.#circuit.deref();
    return circuit ? (this.#settings = this.#settingsOf(circuit)) : { ...this.#settings, mode: 'off' };
  }

  /** Reads the counter of successes, to find out whether calls have succeeded. */
  look(now: number): void {
    this.#successes.look(this.#circuit.deref()?.outside.successes ?? 0, now);
  }

  view(now: number): CircuitView {
    const circuit = this.#circuit.deref();
    if (!circuit) return GONE;
    const state = circuit.stateAt(now);
    this.look(now);
    const hasFailed = state.kind === 'closed' && failuresIn(state) > 0;
    return {
      state: state.kind,
      isHalfWay: circuit.rules !== undefined && isHalfWay(state, circuit.tallyAt(now), circuit.rules),
      lastSuccessAt: hasFailed ? undefined : this.#successes.lastAfter,
      finished: circuit.outside.successes + circuit.outside.outcomes,
    };
  }

  adopt(state: AdoptedState, { isOwn, votes, members }: Adoption): void {
    const circuit = this.#circuit.deref();
    if (!circuit) return;
    const now = this.#clock.now();
    // A circuit that was moved by hand in this process keeps its state.
    const { kind } = circuit.stateAt(now);
    if (kind === 'forced-closed' || (kind === 'isolated' && !this.#isFleetIsolated)) return;
    this.#isFleetIsolated = state.kind === 'isolated';
    const reason = state.kind === 'open' ? state.reason : undefined;
    circuit.adopt(stateOf(state, now), { fleet: { reason, adopted: !isOwn, votes, members } });
  }

  shareAmong(members: number): void {
    const { capacity, refillPerSecond } = budgetShare(members);
    this.#circuit.deref()?.budget.resize(capacity, refillPerSecond);
  }

  onNextCall(listener: () => void): void {
    this.#circuit.deref()?.onNextCall(listener);
  }

  join(link: CircuitLink): () => void {
    const circuit = this.#circuit.deref();
    if (!circuit) return () => undefined;
    circuit.outside.peer = link;
    const leave = circuit.onTransition((state, _epoch, cause) => this.#moved(state, cause, link));
    return () => {
      leave();
      const left = this.#circuit.deref();
      if (left?.outside.peer === link) left.outside.peer = undefined;
      this.shareAmong(1);
    };
  }

  #moved(state: CircuitState, { fleet, method }: TransitionCause, link: CircuitLink): void {
    // The fleet already knows its own transitions. Transitions by hand concern only this process.
    if (fleet || method === undefined) return;
    if (state.kind === 'open') link.opened();
    else if (state.kind === 'closed') link.closed();
  }
}

function stateOf(state: AdoptedState, now: number): CircuitState {
  switch (state.kind) {
    case 'closed': {
      const ramp = rampFrom(now, state.rampUpMs);
      return ramp ? { kind: 'closed', failures: 0, ramp } : CLOSED;
    }
    case 'isolated':
      return { kind: 'isolated', reason: state.reason };
    case 'open': {
      const { until, trips } = state;
      // No rule of this process opened the circuit, so `reason` has no meaning. The event has the fleet's reason.
      return { kind: 'open', openedAt: Math.min(now, until), until, trips, reason: 'probe' };
    }
  }
}
