import { expect } from 'chai';
import fc from 'fast-check';
import { Admission } from '#lib/call/admission.js';
import { ConfigurationError } from '#lib/core/errors.js';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import { readSaved } from '#lib/policies/circuit/read-saved.js';
import type { CircuitRules } from '#lib/policies/circuit/rules.js';
import type { Outcome } from '#lib/policies/circuit/state.js';
import { restoreCircuit, type SavedCircuit, savedCircuit } from '#lib/policies/circuit/saved.js';

const NEVER = Number.POSITIVE_INFINITY;
const noChance = (): number => 0;

const rulesOf = (window: { unit: 'ms' | 'calls'; size: number }, more: Partial<CircuitRules> = {}): CircuitRules => ({
  failureThreshold: 5,
  rates: { window, minimumCalls: 1000, failureRate: 0.5, slowCallRate: NEVER, slowCallMs: 100 },
  ...{ recoveryMs: 1000, recoveryGrowth: 2, maxRecoveryMs: 8000, probes: 1, probeSuccess: 1 },
  ...{ probeIntervalMs: 250, rampUpMs: 400 },
  ...more,
});

/** On its way through a store. */
const stored = (saved: SavedCircuit): SavedCircuit => readSaved(JSON.parse(JSON.stringify(saved)));

function run(circuit: Circuit, rules: CircuitRules, outcomes: readonly (readonly [number, number])[]): number {
  let now = 1_000_000;
  for (const [wait, kind] of outcomes) {
    now += wait;
    const admission = circuit.admit(now, rules);
    if (!admission) continue;
    const call = new Admission(circuit, admission.epoch, admission.lease, now - (kind & 4 ? 200 : 0));
    if (kind === 0) circuit.attemptFailed(3, call, now, rules, noChance);
    else circuit.settle(kind & 1 ? 'failure' : 'success', call, now, rules, noChance);
  }
  return now;
}

const histories = fc.array(fc.tuple(fc.constantFrom(0, 10, 100, 300, 1000), fc.nat(7)), { maxLength: 60 });
const windows = fc.constantFrom(
  { unit: 'ms', size: 1600 } as const,
  { unit: 'calls', size: 7 } as const,
  { unit: 'calls', size: 50 } as const,
);

describe('A circuit that is saved and restored', () => {
  it('goes on as the one that was saved would have, after any history and any pause', () => {
    fc.assert(
      fc.property(histories, windows, fc.constantFrom(0, 1, 399, 999, 5000), (history, window, pause) => {
        const rules = rulesOf(window);
        const before = new Circuit('c');
        const now = run(before, rules, history);
        const after = new Circuit('c');
        restoreCircuit(after, stored(savedCircuit(before, now)), now + pause);
        const [expected, found] = [before.stateAt(now + pause), after.stateAt(now + pause)];
        if (expected.kind === 'half-open')
          expect(found).to.deep.include({ kind: 'half-open', trips: expected.trips, leases: [], successes: 0 });
        else expect(found).to.deep.equal(expected);
        const tallyOf = (circuit: Circuit) => {
          const { calls = 0, failures = 0, slow = 0 } = circuit.tallyAt(now + pause) ?? {};
          return { calls, failures, slow };
        };
        expect(tallyOf(after)).to.deep.equal(tallyOf(before));
      }),
    );
  });

  it('keeps what was done by hand, with its reason', () => {
    for (const by of ['isolate', 'forceClosed'] as const) {
      const circuit = new Circuit('c');
      circuit[by]('maintenance');
      const restored = new Circuit('c');
      expect(restoreCircuit(restored, stored(savedCircuit(circuit, 5)), 10)).to.equal(true);
      expect(restored.stateAt(10)).to.deep.equal(circuit.stateAt(10));
    }
  });

  it('is of its own: who changes what was saved changes no circuit, by failed attempts or closed by hand', () => {
    const rules = rulesOf({ unit: 'calls', size: 4 });
    const failing = (byHand: boolean): Circuit => {
      const circuit = new Circuit('openai');
      if (byHand) circuit.forceClosed();
      circuit.attemptFailed(3, circuit.admission as Admission, 0, rules, noChance);
      return circuit;
    };
    for (const byHand of [false, true]) {
      const expected = savedCircuit(failing(byHand), 0);
      const [one, other] = [failing(byHand), failing(byHand)];
      const { state } = savedCircuit(one, 0) as unknown as { state: { shares: { count: number }[] } };
      for (const shares of state.shares) shares.count = 2;
      expect(savedCircuit(one, 0)).to.deep.equal(expected);
      expect(savedCircuit(other, 0)).to.deep.equal(expected);
    }
  });

  it('is not open for longer where the clock is behind, and not at all where the pause was long', () => {
    const saved = { version: 1, savedAt: 1_000_000, windows: [] } as const;
    const open = { kind: 'open', elapsedMs: 100, leftMs: 900, trips: 1, reason: 'failures' } as const;
    const circuit = new Circuit('c');
    restoreCircuit(circuit, { ...saved, state: open }, 400_000);
    expect([circuit.isRejecting(400_899), circuit.isRejecting(400_900)]).to.deep.equal([true, false]);
    restoreCircuit(circuit, { ...saved, state: open }, 1_000_900);
    expect(circuit.stateAt(1_000_900).kind).to.equal('half-open');
  });

  it('lets the first call be a probe where it was half-open', () => {
    const circuit = new Circuit('c');
    const rules = rulesOf({ unit: 'calls', size: 5 });
    restoreCircuit(circuit, { version: 1, savedAt: 0, state: { kind: 'half-open', trips: 3 }, windows: [] }, 50);
    expect(circuit.admit(50, rules)?.lease).to.equal(1);
    expect(circuit.admit(50, rules)).to.equal(undefined);
  });

  it('takes a state from outside, and says whether that moved it', () => {
    const circuit = new Circuit('c');
    expect(circuit.adopt({ kind: 'open', openedAt: 0, until: 500, trips: 2, reason: 'probe' })).to.equal(true);
    expect(circuit.adopt({ kind: 'open', openedAt: 0, until: 900, trips: 2, reason: 'probe' })).to.equal(false);
    expect([circuit.isRejecting(899), circuit.isRejecting(900)]).to.deep.equal([true, false]);
  });
});

describe('What is restored from outside', () => {
  const problemsOf = (given: unknown): readonly string[] => {
    try {
      readSaved(given, 'circuit("c").restore()');
    } catch (error) {
      return (error as ConfigurationError).problems;
    }
    return [];
  };

  it('is refused with every problem named, and no value that could be content', () => {
    const state = { kind: 'open', elapsedMs: -1, leftMs: 'sk-secret', trips: 0.5, reason: 'sk-secret' };
    expect(problemsOf({ version: 2, savedAt: null, state, windows: {} })).to.deep.equal([
      'circuit("c").restore(): version: expected 1, got 2',
      'circuit("c").restore(): savedAt: expected a number from 0 to 9007199254740991, got null',
      'circuit("c").restore(): state.elapsedMs: expected a number from 0 to 31622400000, got -1',
      'circuit("c").restore(): state.leftMs: expected a number from 0 to 31622400000, got a value of type string',
      'circuit("c").restore(): state.reason: expected one of failures, failure-rate, slow-call-rate, probe, got a value of type string',
      'circuit("c").restore(): state.trips: expected an integer from 1 to 9007199254740991, got 0.5',
      'circuit("c").restore(): windows: expected a list of at most 16, got a value of type object',
    ]);
    expect(problemsOf('{}')).to.deep.equal([
      'circuit("c").restore(): expected the object that toJSON() gave, got a string; write restore(JSON.parse(text))',
    ]);
  });

  it('is refused where reading it fails or has no end', () => {
    const cycle: Record<string, unknown> = { version: 1 };
    cycle.state = cycle;
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    for (const given of [undefined, null, 5, [], 10n, () => 1, cycle, trap, { version: 1n }])
      expect(problemsOf(given)).to.have.lengthOf.at.least(1);
  });

  it('is refused where its numbers cannot be', () => {
    const base = { version: 1, savedAt: 0, state: { kind: 'closed', failures: 0 } };
    const withWindow = (window: unknown) => problemsOf({ ...base, windows: [window] });
    const calls = { unit: 'calls', size: 3 };
    const ms = { unit: 'ms', size: 1000 };
    for (const window of [
      { ...calls, calls: '0000' },
      { ...calls, calls: '04' },
      { ...calls, size: 100_001, calls: '' },
      { ...ms, batches: [[0, 1, 2, 0]] },
      { ...ms, batches: [[0, 1, 0, 2]] },
      { ...ms, batches: [[0, 1]] },
      {
        ...ms,
        batches: [
          [5, 1, 0, 0],
          [6, 1, 0, 0],
        ],
      },
      { ...ms, batches: Array.from({ length: 17 }, () => [0, 1, 0, 0]) },
      { unit: 'days', size: 1 },
    ])
      expect(withWindow(window), JSON.stringify(window)).to.have.lengthOf.at.least(1);
    const closed = (more: object) => problemsOf({ ...base, windows: [], state: { ...base.state, ...more } });
    expect(closed({ shares: [{ count: 3, of: 3 }] })).to.have.length(1);
    expect(
      closed({
        shares: [
          { count: 1, of: 3 },
          { count: 1, of: 3 },
        ],
      }),
    ).to.have.length(1);
    expect(closed({ calls: -1 })).to.have.length(1);
    expect(closed({ ramp: { elapsedMs: 0, leftMs: 0, credit: 0 } })).to.have.length(1);
    expect(closed({})).to.deep.equal([]);
  });

  it('never breaks a circuit: whatever is accepted recovers, and goes on by the rules', () => {
    const number = fc.oneof(fc.nat(2000), fc.double(), fc.constantFrom(-1, 1e9, 1e15, 0.5));
    const hostile = fc.record({
      version: fc.constant(1),
      savedAt: fc.oneof(fc.nat(1_000_000), number),
      state: fc.record(
        {
          kind: fc.constantFrom('closed', 'open', 'half-open', 'isolated', 'forced-closed'),
          ...{ failures: fc.oneof(fc.nat(9), number), elapsedMs: number, leftMs: number },
          trips: fc.oneof(fc.integer({ min: 1, max: 2000 }), number),
          reason: fc.constantFrom('failures', 'probe', 'sk-secret'),
          shares: fc.array(fc.record({ count: fc.nat(4), of: fc.nat(5) }), { maxLength: 3 }),
          calls: fc.oneof(fc.nat(9), number),
          ramp: fc.record({ elapsedMs: number, leftMs: number, credit: fc.double({ min: 0, max: 1, noNaN: true }) }),
        },
        { requiredKeys: ['kind', 'failures', 'trips', 'reason', 'elapsedMs', 'leftMs'] },
      ),
      windows: fc.array(
        fc.oneof(
          fc.record({
            unit: fc.constant('ms'),
            size: number,
            batches: fc.array(fc.tuple(number, fc.nat(9), fc.nat(9), fc.nat(9)), { maxLength: 3 }),
          }),
          fc.record({
            unit: fc.constant('calls'),
            size: fc.nat(9),
            calls: fc.string({ unit: fc.constantFrom('0', '1', '3') }),
          }),
        ),
        { maxLength: 2 },
      ),
    });
    const rules = rulesOf({ unit: 'ms', size: 1000 }, { rampUpMs: 0 });
    let accepted = 0;
    fc.assert(
      fc.property(hostile, (given) => {
        const problems = problemsOf(given);
        expect(JSON.stringify(problems)).not.to.include('sk-secret');
        if (problems.length > 0) return;
        accepted += 1;
        const circuit = new Circuit('c');
        let now = 1_000_000;
        restoreCircuit(circuit, readSaved(given), now);
        const { kind } = circuit.stateAt(now);
        if (kind === 'isolated' || kind === 'forced-closed') circuit.reset(now);
        const state = circuit.stateAt(now);
        if (state.kind === 'open') now = state.until;
        if (state.kind === 'closed' && state.ramp) now = state.ramp.until;
        const end = (outcome: Outcome): void => {
          const { epoch, lease } = circuit.admit(now, rules) as Admission;
          circuit.settle(outcome, new Admission(circuit, epoch, lease, now), now, rules, noChance);
        };
        end('success');
        expect(circuit.stateAt(now)).to.include({ kind: 'closed', failures: 0 });
        for (let i = 0; i < 5; i++) end('failure');
        expect(circuit.stateAt(now)).to.include({ kind: 'open', trips: 1 });
      }),
      { numRuns: 5000 },
    );
    expect(accepted).to.be.above(100);
  });
});
