import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import type { CircuitState, Outcome } from '#lib/policies/circuit/state.js';

/** A call that the model has admitted. */
export interface ModelCall {
  readonly epoch: number;
  /** 0 for an ordinary call. */
  readonly lease: number;
  readonly since: number;
}

interface Ended extends ModelCall {
  readonly outcome: Outcome;
  readonly at: number;
  /** When the bucket of a time window began that this call went into. */
  readonly bucket: number;
}

/**
 * A slow circuit that is obviously right: it remembers everything that happened since the present state began, and works
 * out each time anew what follows from it.
 */
export class Model {
  now = 0;
  kind: CircuitState['kind'] = 'closed';
  epoch = 0;
  trips = 0;
  leases: { readonly id: number; readonly from: number }[] = [];
  #since = 0;
  #ended: Ended[] = [];
  /** When calls came in since it closed after probes; undefined where it does not ramp up. */
  #arrivals: number[] | undefined;

  constructor(readonly rules: CircuitRules) {}

  /** The terms of a call that may pass, undefined for one that is refused. */
  call(): ModelCall | undefined {
    if (this.kind === 'open' && this.now - this.#since >= this.recovery) this.#enter('half-open');
    if (this.kind === 'open' || this.kind === 'isolated') return undefined;
    if (this.kind === 'closed') return this.#isAdmittedByRamp() ? this.#terms(0) : undefined;
    if (this.out.length > 0 && this.out.length + this.successes >= this.rules.probes) return undefined;
    this.leases.push({ id: this.leases.length + 1, from: this.now });
    return this.#terms(this.leases.length);
  }

  end(call: ModelCall, outcome: Outcome): void {
    if (call.epoch !== this.epoch) return;
    const buckets = this.#seen.map(({ bucket }) => bucket);
    const last = buckets.at(-1);
    const isNew = last === undefined || this.now - last >= this.#size / 16;
    this.#ended.push({ ...call, outcome, at: this.now, bucket: isNew ? this.now : last });
    if (this.kind === 'closed') {
      if ((outcome === 'success' || outcome === 'failure') && this.#isBroken()) this.#enter('open');
    } else if (this.kind === 'half-open') {
      const from = this.leases.find(({ id }) => id === call.lease)?.from ?? 0;
      if (outcome === 'failure' && this.now - from < this.rules.probeIntervalMs) this.#enter('open');
      else if (this.successes >= this.rules.probes) this.#enter('closed');
    }
  }

  isolate(): void {
    if (this.kind !== 'isolated') this.#enter('isolated');
  }

  reset(): void {
    if (this.kind !== 'closed') this.#enter('closed');
    this.#ended = [];
    this.#arrivals = undefined;
  }

  get recovery(): number {
    return Math.min(this.rules.recoveryMs * this.rules.recoveryGrowth ** (this.trips - 1), this.rules.maxRecoveryMs);
  }

  /** The probes that are out and in time. */
  get out(): readonly { readonly id: number }[] {
    const ended = new Set(this.#ended.map(({ lease }) => lease));
    return this.leases.filter(({ id, from }) => !ended.has(id) && this.now - from < this.rules.probeIntervalMs);
  }

  get successes(): number {
    return this.#ended.filter(({ outcome }) => outcome === 'success' || outcome === 'rejected').length;
  }

  /** What the window shows. */
  get tally(): { calls: number; failures: number; slow: number } {
    const seen = this.#seen;
    return {
      calls: seen.length,
      failures: seen.filter(({ outcome }) => outcome === 'failure').length,
      slow: seen.filter(({ at, since }) => at - since > (this.rules.rates?.slowCallMs ?? 0)).length,
    };
  }

  get #counted(): readonly Ended[] {
    return this.#ended.filter(({ outcome }) => outcome === 'success' || outcome === 'failure');
  }

  get #size(): number {
    return this.rules.rates?.window.size ?? 1;
  }

  /** The calls in the window. */
  get #seen(): readonly Ended[] {
    if (this.rules.rates?.window.unit === 'calls') return this.#counted.slice(-this.#size);
    return this.#counted.filter(({ bucket }) => this.now - bucket < this.#size);
  }

  #isBroken(): boolean {
    const lastSuccess = this.#counted.findLastIndex(({ outcome }) => outcome === 'success');
    if (this.#counted.length - 1 - lastSuccess >= this.rules.failureThreshold) return true;
    const { rates } = this.rules;
    const { calls, failures, slow } = this.tally;
    if (!rates || calls < rates.minimumCalls) return false;
    return failures / calls >= rates.failureRate || slow / calls >= rates.slowCallRate;
  }

  /** As many are admitted as the shares of all that came add up to, rounded to the nearest. */
  #isAdmittedByRamp(): boolean {
    const { rampUpMs } = this.rules;
    if (this.#arrivals && this.now - this.#since >= rampUpMs) this.#arrivals = undefined;
    if (!this.#arrivals) return true;
    const admitted = (arrivals: readonly number[]): number =>
      Math.round(arrivals.reduce((sum, at) => sum + (at - this.#since) / rampUpMs, 0));
    const before = admitted(this.#arrivals);
    this.#arrivals.push(this.now);
    return admitted(this.#arrivals) > before;
  }

  #terms(lease: number): ModelCall {
    return { epoch: this.epoch, lease, since: this.now };
  }

  #enter(kind: CircuitState['kind']): void {
    this.#arrivals = this.kind === 'half-open' && kind === 'closed' && this.rules.rampUpMs > 0 ? [] : undefined;
    this.kind = kind;
    this.epoch += 1;
    this.#since = this.now;
    this.#ended = [];
    this.leases = [];
    if (kind === 'closed') this.trips = 0;
    if (kind === 'open') this.trips += 1;
  }
}
