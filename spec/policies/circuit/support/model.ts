import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import type { CircuitState, Outcome } from '#lib/policies/circuit/state.js';

/** A call that the model has admitted. */
export interface ModelCall {
  readonly epoch: number;
  /** 0 for an ordinary call. */
  readonly lease: number;
  readonly since: number;
  /** How many attempts its retry makes at the most. */
  readonly attempts: number;
  /** Failed attempts that were counted while the call went on. */
  failed: number;
}

/** A share of a failure: `count` of `of`; undefined for a success, which ends the row. */
type Counted = { readonly count: number; readonly of: number; readonly isCall?: boolean } | undefined;

/** Every number of attempts that is played divides it, so that shares can be added as integers. */
const WHOLE = 60;

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
  /** What the row is made of, in order. */
  #counted: Counted[] = [];
  #askedMs = 0;
  /** When calls came in since it closed after probes; undefined where it does not ramp up. */
  #arrivals: number[] | undefined;

  constructor(readonly rules: CircuitRules) {}

  /** The terms of a call that may pass, undefined for one that is refused. */
  call(attempts: number): ModelCall | undefined {
    if (this.kind === 'open' && this.now - this.#since >= this.recovery) this.#enter('half-open');
    if (this.kind === 'open' || this.kind === 'isolated') return undefined;
    if (this.kind === 'forced-closed') return this.#terms(0, attempts);
    if (this.kind === 'closed') return this.#isAdmittedByRamp() ? this.#terms(0, attempts) : undefined;
    const decided = this.successes + this.failures;
    if (this.out.length > 0 && this.out.length + decided >= this.rules.probes) return undefined;
    this.leases.push({ id: this.leases.length + 1, from: this.now });
    return this.#terms(this.leases.length, attempts);
  }

  /** An attempt failed, and the call goes on. */
  attemptFails(call: ModelCall, askedMs: number): void {
    call.failed += 1;
    if (call.epoch !== this.epoch || !this.isCounting) return;
    this.#counted.push({ count: 1, of: call.attempts });
    if (this.kind === 'closed' && this.#isRowFull()) this.#enter('open', askedMs);
  }

  end(call: ModelCall, outcome: Outcome, askedMs = 0): void {
    if (call.epoch !== this.epoch) return;
    const buckets = this.#seen.map(({ bucket }) => bucket);
    const last = buckets.at(-1);
    const isNew = last === undefined || this.now - last >= this.#size / 16;
    this.#ended.push({ ...call, outcome, at: this.now, bucket: isNew ? this.now : last });
    if (outcome === 'success') this.#counted.push(undefined);
    if (outcome === 'failure')
      this.#counted.push({
        count: call.attempts - call.failed,
        of: call.attempts,
        isCall: call.failed < call.attempts,
      });
    if (this.kind === 'closed') {
      if ((outcome === 'success' || outcome === 'failure') && this.#isBroken())
        this.#enter('open', outcome === 'failure' ? askedMs : 0);
    } else if (this.kind === 'half-open') {
      const { probes, probeSuccess } = this.rules;
      // Not one of the ways in which the rest could go would make this share.
      if (Math.round(this.successes * 100) >= Math.round(probes * probeSuccess * 100) && this.successes > 0)
        this.#enter('closed');
      else if (Math.round((probes - this.failures) * 100) < Math.round(Math.max(1, probes * probeSuccess) * 100))
        this.#enter('open', askedMs);
    }
  }

  forceClosed(): void {
    if (this.kind !== 'forced-closed') this.#enter('forced-closed');
    else this.#counted = [];
  }

  isolate(): void {
    if (this.kind !== 'isolated') this.#enter('isolated');
  }

  reset(): void {
    const wasRejecting = this.kind !== 'closed' && this.kind !== 'forced-closed';
    if (this.kind !== 'closed') this.#enter('closed');
    this.#ended = [];
    this.#counted = [];
    this.#arrivals = wasRejecting && this.rules.rampUpMs > 0 ? [] : undefined;
  }

  get recovery(): number {
    const { recoveryMs, recoveryGrowth, maxRecoveryMs } = this.rules;
    return Math.min(Math.max(recoveryMs * recoveryGrowth ** (this.trips - 1), this.#askedMs), maxRecoveryMs);
  }

  /** Whether it counts failures in a row. */
  get isCounting(): boolean {
    return this.kind === 'closed' || this.kind === 'forced-closed';
  }

  /** Whole failures in a row: by attempts, or the calls that failed, if they are more. */
  get row(): number {
    const row = this.#counted.slice(this.#counted.lastIndexOf(undefined) + 1);
    const sixtieths = row.reduce((sum, shares) => sum + (shares ? (shares.count * WHOLE) / shares.of : 0), 0);
    return Math.max(Math.floor(sixtieths / WHOLE), row.filter((shares) => shares?.isCall).length);
  }

  #isRowFull(): boolean {
    return this.row >= this.rules.failureThreshold;
  }

  /** The probes that are out and in time. */
  get out(): readonly { readonly id: number }[] {
    const ended = new Set(this.#ended.map(({ lease }) => lease));
    return this.leases.filter(({ id, from }) => !ended.has(id) && this.now - from < this.rules.probeIntervalMs);
  }

  get successes(): number {
    return this.#ended.filter((each) => each.outcome !== 'failure' && each.outcome !== 'ignored' && !this.#isSlow(each))
      .length;
  }

  /** Probes that failed, or were slow, in time. */
  get failures(): number {
    return this.#ended.filter((each) => {
      const from = this.leases.find(({ id }) => id === each.lease)?.from ?? 0;
      const failed = each.outcome === 'failure' || (each.outcome !== 'ignored' && this.#isSlow(each));
      return failed && each.at - from < this.rules.probeIntervalMs;
    }).length;
  }

  #isSlow({ at, since }: Ended): boolean {
    return at - since > (this.rules.rates?.slowCallMs ?? Number.POSITIVE_INFINITY);
  }

  /** What the window shows. */
  get tally(): { calls: number; failures: number; slow: number } {
    const seen = this.#seen;
    return {
      calls: seen.length,
      failures: seen.filter(({ outcome }) => outcome === 'failure').length,
      slow: seen.filter((each) => this.#isSlow(each)).length,
    };
  }

  get #finished(): readonly Ended[] {
    return this.#ended.filter(({ outcome }) => outcome === 'success' || outcome === 'failure');
  }

  get #size(): number {
    return this.rules.rates?.window.size ?? 1;
  }

  /** The calls in the window. */
  get #seen(): readonly Ended[] {
    if (this.rules.rates?.window.unit === 'calls') return this.#finished.slice(-this.#size);
    return this.#finished.filter(({ bucket }) => this.now - bucket < this.#size);
  }

  #isBroken(): boolean {
    if (this.#isRowFull()) return true;
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

  #terms(lease: number, attempts: number): ModelCall {
    return { epoch: this.epoch, lease, since: this.now, attempts, failed: 0 };
  }

  #enter(kind: CircuitState['kind'], askedMs = 0): void {
    this.#arrivals = this.kind === 'half-open' && kind === 'closed' && this.rules.rampUpMs > 0 ? [] : undefined;
    this.kind = kind;
    this.epoch += 1;
    this.#since = this.now;
    this.#ended = [];
    this.#counted = [];
    this.#askedMs = askedMs;
    this.leases = [];
    if (kind === 'closed') this.trips = 0;
    if (kind === 'open') this.trips += 1;
  }
}
