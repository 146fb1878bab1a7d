import type { Clock } from '#lib/core/clock.js';
import type {
  AdoptedState,
  CircuitFleetSettings,
  CircuitLink,
  CircuitPort,
  CircuitView,
} from '#lib/fleet/circuit-port.js';
import type { ProbeAnswer } from '#lib/policies/circuit/peer.js';

export type Answer = 'answered' | 'failed' | 'refused';

const SETTINGS: CircuitFleetSettings = {
  mode: 'on',
  recoveryMs: 10_000,
  recoveryGrowth: 1,
  maxRecoveryMs: 100_000,
  probes: 1,
  probeIntervalMs: 2500,
  rampUpMs: 0,
};

/** A circuit by the book: failures in a row open it, and one probe at a time closes it. */
export class ModelCircuit implements CircuitPort {
  readonly name = 'openai';
  readonly label = 'openai';
  readonly isGone = false;
  readonly adopted: AdoptedState[] = [];
  state: 'closed' | 'open' | 'isolated' = 'closed';
  failures = 0;
  sharers = 1;
  until = 0;
  /** How many calls have waited for the store, and the longest time that one did. */
  waited = 0;
  longestWaitMs = 0;
  readonly #clock: Clock;
  readonly #settings: CircuitFleetSettings;
  readonly #threshold: number;
  #link: CircuitLink | undefined;
  #finished = 0;
  #lastSuccessAt: number | undefined;
  #isProbing = false;
  #nextCall: (() => void) | undefined;

  constructor(clock: Clock, settings: Partial<CircuitFleetSettings> = {}, threshold = 5) {
    this.#clock = clock;
    this.#settings = { ...SETTINGS, ...settings };
    this.#threshold = threshold;
  }

  settings(): CircuitFleetSettings {
    return this.#settings;
  }

  view(now: number): CircuitView {
    const state = this.state === 'open' && now >= this.until ? 'half-open' : this.state;
    return {
      state,
      isHalfWay: this.failures >= Math.ceil(this.#threshold / 2),
      lastSuccessAt: this.failures === 0 ? this.#lastSuccessAt : undefined,
      finished: this.#finished,
    };
  }

  adopt(state: AdoptedState): void {
    this.adopted.push(state);
    this.state = state.kind;
    this.failures = 0;
    this.#isProbing = false;
    if (state.kind === 'open') this.until = state.until;
  }

  shareAmong(members: number): void {
    this.sharers = members;
  }

  onNextCall(listener: () => void): void {
    this.#nextCall = listener;
  }

  join(link: CircuitLink): () => void {
    this.#link = link;
    return () => {
      this.#link = undefined;
    };
  }

  /** One call. `upstream` is asked only if the circuit lets it through. */
  async call(upstream: () => boolean): Promise<Answer> {
    const nextCall = this.#nextCall;
    this.#nextCall = undefined;
    nextCall?.();
    const { state } = this.view(this.#clock.now());
    if (state === 'open' || state === 'isolated') return 'refused';
    if (state === 'closed') return this.#closedCall(upstream());
    if (this.#isProbing) return 'refused';
    return this.#probe(upstream);
  }

  #closedCall(isAnswered: boolean): Answer {
    this.#finished += 1;
    if (isAnswered) {
      this.#lastSuccessAt = this.#clock.now();
      const hadFailures = this.failures > 0;
      this.failures = 0;
      if (hadFailures) this.#link?.succeeded();
      return 'answered';
    }
    this.failures += 1;
    if (this.failures >= this.#threshold) this.#trip();
    else this.#link?.failed();
    return 'failed';
  }

  #trip(): void {
    this.state = 'open';
    this.until = this.#clock.now() + this.#settings.recoveryMs;
    this.#isProbing = false;
    this.#link?.opened();
  }

  async #probe(upstream: () => boolean): Promise<Answer> {
    const admitted = await this.#admission();
    if (!admitted.admitted || this.#isProbing) return 'refused';
    this.#isProbing = this.state === 'open';
    const isAnswered = upstream();
    this.#finished += 1;
    this.#isProbing = false;
    this.#link?.probed(isAnswered ? 'success' : 'failure');
    if (!isAnswered) {
      this.#trip();
      return 'failed';
    }
    this.#lastSuccessAt = this.#clock.now();
    if (this.state === 'open') {
      this.state = 'closed';
      this.failures = 0;
      this.#link?.closed();
    }
    return 'answered';
  }

  async #admission(): Promise<ProbeAnswer> {
    const answer = this.#link?.probe() ?? { admitted: true };
    if (!(answer instanceof Promise)) return answer;
    const since = this.#clock.now();
    const settled = await answer;
    this.waited += 1;
    this.longestWaitMs = Math.max(this.longestWaitMs, this.#clock.now() - since);
    return settled;
  }
}
