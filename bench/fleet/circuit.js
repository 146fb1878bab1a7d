// A circuit by the book, small enough for ten thousand of them: failures in a row open it, one probe closes it.
const THRESHOLD = 5;
const RECOVERY_MS = 10_000;
const SPREAD = 0.1;

const SETTINGS = {
  mode: 'on',
  recoveryMs: RECOVERY_MS,
  recoveryGrowth: 1,
  maxRecoveryMs: 10 * RECOVERY_MS,
  probes: 1,
  probeIntervalMs: 2500,
  rampUpMs: 0,
};

export class SimulatedCircuit {
  name = 'upstream';
  label = 'upstream';
  isGone = false;
  state = 'closed';
  failures = 0;
  until = 0;
  /** How many requests were probes. */
  probes = 0;
  #time;
  #random;
  #threshold;
  #features;
  #link;
  #finished = 0;
  #lastSuccessAt;
  #isProbing = false;
  #nextCall;
  #ramp;

  /** @param {{ seconds: boolean, evidence: boolean }} features what the fleet may use */
  constructor(time, random, features, threshold = THRESHOLD) {
    this.#time = time;
    this.#random = random;
    this.#features = features;
    this.#threshold = threshold;
  }

  settings() {
    return SETTINGS;
  }

  view(now) {
    return {
      state: this.state === 'open' && now >= this.until ? 'half-open' : this.state,
      isHalfWay: this.#features.seconds && this.failures >= Math.ceil(this.#threshold / 2),
      lastSuccessAt: this.#features.evidence && this.failures === 0 ? this.#lastSuccessAt : undefined,
      finished: this.#finished,
    };
  }

  adopt(state) {
    this.state = state.kind;
    this.failures = 0;
    this.#isProbing = false;
    this.#ramp = undefined;
    if (state.kind === 'open') this.until = state.until;
    if (state.kind === 'closed' && state.rampUpMs > 0)
      this.#ramp = { since: this.#time.now(), ms: state.rampUpMs, credit: this.#random() };
  }

  shareAmong() {}

  onNextCall(listener) {
    this.#nextCall = listener;
  }

  join(link) {
    this.#link = link;
    return () => {
      this.#link = undefined;
    };
  }

  /** @returns whether a request was sent, or a promise of it where the store is asked */
  call(upstream) {
    const nextCall = this.#nextCall;
    this.#nextCall = undefined;
    nextCall?.();
    if (this.state === 'closed') return this.#isHeldByRamp() ? false : this.#request(upstream());
    if (this.state !== 'open' || this.#time.now() < this.until || this.#isProbing) return false;
    const answer = this.#link?.probe() ?? { admitted: true };
    if (typeof answer.then !== 'function') return answer.admitted && this.#probe(upstream);
    this.#time.promised();
    return answer.then(({ admitted }) => admitted && !this.#isProbing && this.#probe(upstream));
  }

  #isHeldByRamp() {
    if (!this.#ramp) return false;
    const { since, ms } = this.#ramp;
    const share = (this.#time.now() - since) / ms;
    if (share >= 1) this.#ramp = undefined;
    else this.#ramp.credit += share;
    if (!this.#ramp || this.#ramp.credit < 1) return this.#ramp !== undefined;
    this.#ramp.credit -= 1;
    return false;
  }

  #request(isAnswered) {
    this.#finished += 1;
    if (isAnswered) {
      const hadFailures = this.failures > 0;
      this.failures = 0;
      this.#lastSuccessAt = this.#time.now();
      if (hadFailures) this.#link?.succeeded();
      return true;
    }
    this.failures += 1;
    if (this.failures >= this.#threshold) this.#trip();
    else this.#link?.failed();
    return true;
  }

  #trip() {
    this.state = 'open';
    this.until = this.#time.now() + RECOVERY_MS * (1 + SPREAD * this.#random());
    this.#link?.opened();
  }

  #probe(upstream) {
    this.probes += 1;
    this.#finished += 1;
    const isAnswered = upstream();
    this.#link?.probed(isAnswered ? 'success' : 'failure');
    if (!isAnswered) this.#trip();
    else if (this.state === 'open') {
      this.state = 'closed';
      this.failures = 0;
      this.#lastSuccessAt = this.#time.now();
      this.#link?.closed();
    }
    return true;
  }
}
