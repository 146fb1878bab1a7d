import { expect } from 'chai';
import fc from 'fast-check';
import { Admission } from '#lib/call/admission.js';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import { failuresIn } from '#lib/policies/circuit/row.js';
import type { Outcome } from '#lib/policies/circuit/state.js';
import { Model, type ModelCall } from './support/model.js';

const noChance = (): number => 0;
/** Fewer where the whole is run again and again, as in mutation testing. */
const SEQUENCES = Number(process.env.SEQUENCES ?? 20_000);
const NEVER = Number.POSITIVE_INFINITY;

/** The circuit, and the calls that are out; a call that is never ended is one that was abandoned. */
interface Real {
  readonly circuit: Circuit;
  readonly out: { readonly admission: Admission; readonly call: ModelCall }[];
}

type Command = fc.Command<Model, Real>;

function agree(model: Model, { circuit }: Real): void {
  const { rules, now } = model;
  const state = circuit.stateAt(now);
  const isRecovered = state.kind === 'half-open' && state.issued === 0 && model.kind === 'open';
  expect(isRecovered ? 'open' : state.kind).to.equal(model.kind);
  expect(circuit.epoch).to.equal(model.epoch);
  if (state.kind === 'half-open' && !isRecovered) {
    const out = state.leases.filter(({ until }) => now < until);
    expect(out.map(({ id }) => id)).to.deep.equal(model.out.map(({ id }) => id));
    expect(out.length).to.be.at.most(rules.probes);
  }
  const { calls = 0, failures = 0, slow = 0 } = circuit.tallyAt(now) ?? {};
  if (state.kind === 'closed' || state.kind === 'forced-closed') expect(failuresIn(state)).to.equal(model.row);
  if (model.isCounting && rules.rates) expect({ calls, failures, slow }).to.deep.equal(model.tally);
}

class Ask implements Command {
  constructor(readonly attempts: number) {}

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    const { circuit, out } = real;
    const shared = circuit.admission ?? circuit.admit(model.now, model.rules);
    const admission = shared && new Admission(circuit, shared.epoch, shared.lease, model.now);
    const call = model.call(this.attempts);
    expect(admission?.lease).to.equal(call?.lease);
    if (admission && call) out.push({ admission, call });
    agree(model, real);
  }

  toString(): string {
    return `ask, ${this.attempts} attempts`;
  }
}

class Wait implements Command {
  constructor(readonly ms: number) {}

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    model.now += this.ms;
    agree(model, real);
  }

  toString(): string {
    return `wait ${this.ms}`;
  }
}

class FailAttempt implements Command {
  constructor(
    readonly which: number,
    readonly askedMs: number,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    const { circuit } = real;
    const out = real.out.filter(({ call }) => call.failed < call.attempts);
    if (out.length === 0) return;
    const { admission, call } = out[this.which % out.length] as Real['out'][number];
    const failed = { retryAfterMs: this.askedMs };
    circuit.attemptFailed(call.attempts, admission, model.now, model.rules, noChance, failed);
    model.attemptFails(call, this.askedMs);
    agree(model, real);
  }

  toString(): string {
    return `fail attempt of ${this.which}, asking for ${this.askedMs}`;
  }
}

class End implements Command {
  constructor(
    readonly which: number,
    readonly outcome: Outcome,
    readonly askedMs: number,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    const { circuit, out } = real;
    if (out.length === 0) return;
    const [{ admission, call }] = out.splice(this.which % out.length, 1) as [Real['out'][number]];
    const counted = { count: call.failed, of: call.attempts };
    const failed = { retryAfterMs: this.askedMs, counted };
    circuit.settle(this.outcome, admission, model.now, model.rules, noChance, failed);
    model.end(call, this.outcome, this.askedMs);
    agree(model, real);
  }

  toString(): string {
    return `end ${this.which} ${this.outcome}`;
  }
}

class Move implements Command {
  constructor(readonly by: 'isolate' | 'reset' | 'forceClosed') {}

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    if (this.by === 'reset') real.circuit.reset(model.now);
    else real.circuit[this.by]();
    model[this.by]();
    agree(model, real);
  }

  toString(): string {
    return this.by;
  }
}

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

/** Methods that share a circuit may differ in how many attempts they make. */
const attempts = fc.constantFrom(1, 1, 2, 3, 4, 5, 6);
/** What the upstream asked for with its failure, most of the time nothing. */
const asked = fc.constantFrom(0, 0, 0, 700, 1500, 9000);

const commands = fc.commands(
  [
    ...Array.from({ length: 5 }, () => attempts.map((most) => new Ask(most))),
    ...Array.from({ length: 3 }, () =>
      fc.tuple(fc.nat(20), asked).map(([which, askedMs]) => new FailAttempt(which, askedMs)),
    ),
    ...Array.from({ length: 3 }, () =>
      fc.constantFrom(0, 1, 50, 64, 99, 100, 128, 256, 299, 300, 512, 1000, 1599, 1600, 4000).map((ms) => new Wait(ms)),
    ),
    ...Array.from({ length: 6 }, () =>
      fc
        .tuple(
          fc.nat(20),
          fc.oneof(
            often(3, fc.constant<Outcome>('failure')),
            often(3, fc.constant<Outcome>('success')),
            often(1, fc.constantFrom<Outcome>('rejected', 'ignored')),
          ),
          asked,
        )
        .map(([which, outcome, askedMs]) => new End(which, outcome, askedMs)),
    ),
    fc.oneof(
      often(9, fc.constant(new Ask(1))),
      often(
        1,
        fc.constantFrom('isolate', 'reset', 'forceClosed').map((by) => new Move(by)),
      ),
    ),
  ],
  { maxCommands: 60, size: 'max' },
);

const rules: fc.Arbitrary<CircuitRules> = fc.record({
  failureThreshold: fc.constantFrom(1, 2, 3, 1000, NEVER),
  rates: fc.option(
    fc.record({
      window: fc.constantFrom(
        { unit: 'ms', size: 1600 } as const,
        { unit: 'ms', size: 100 } as const,
        { unit: 'calls', size: 1 } as const,
        { unit: 'calls', size: 6 } as const,
      ),
      minimumCalls: fc.constantFrom(1, 2, 5),
      failureRate: fc.constantFrom(0.3, 0.5, 1, NEVER),
      slowCallRate: fc.constantFrom(0.3, 1, NEVER),
      slowCallMs: fc.constantFrom(64, 300, NEVER),
    }),
    { nil: undefined },
  ),
  recoveryMs: fc.constant(1000),
  recoveryGrowth: fc.constantFrom(1, 2),
  maxRecoveryMs: fc.constantFrom(1000, 4000),
  probes: fc.constantFrom(1, 2, 3, 5),
  probeSuccess: fc.constantFrom(1, 1, 0.01, 0.34, 0.5, 0.6, 0.8),
  probeIntervalMs: fc.constantFrom(100, 300, 1000),
  rampUpMs: fc.constantFrom(0, 0, 512, 1024),
});

describe('A circuit beside a slow model that remembers everything', () => {
  it('says the same after any sequence of calls, waits, ends and commands, under any rules', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(rules, commands, (given, sequence) => {
        fc.modelRun(() => {
          const circuit = new Circuit('c');
          // For the length of its ramp after a reset.
          circuit.rules = given;
          return { model: new Model(given), real: { circuit, out: [] } };
        }, sequence);
      }),
      { numRuns: SEQUENCES },
    );
  });
});
