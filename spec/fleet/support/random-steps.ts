import fc from 'fast-check';

/** One operation of one member, and how much time has passed since the one before. */
export interface RandomStep {
  readonly op: string;
  readonly passMs: number;
  readonly lateByMs: number;
  readonly args: (epoch: number, state: string) => string[];
}

type RandomOp = Pick<RandomStep, 'op' | 'args'>;

const member = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const size = fc.nat(4);
const quorum = fc.constantFrom('0.5', '0.6', '0.7');
const recovery = fc.constantFrom(['10000', '1', '100000'], ['10000', '2', '60000'], ['777', '1.3', '5000']);
const lease = fc.constantFrom('a.1', 'a.2', 'b.1');
const probes = fc.constantFrom('1', '2', '3');
const epochOf = fc.constantFrom(-1, 0, 0, 0, 0, 0, 0, 1);
const anotherEpoch = fc.constantFrom(-1, 0, 0, 5000);

const read: fc.Arbitrary<RandomOp> = fc.constant({ op: 'read', args: () => [] });
const sync: fc.Arbitrary<RandomOp> = fc
  .record({
    member,
    by: anotherEpoch,
    state: fc.constantFrom('closed', 'open', 'open', 'isolated'),
    wait: fc.constantFrom('-1', '0', '5000'),
    present: fc.constantFrom('0', '1'),
  })
  .map(({ member, by, state, wait, present }) => ({
    op: 'sync',
    args: (epoch) => [member, present, '75000', String(Math.max(0, epoch + by)), state, wait, '2', '400', 'known'],
  }));
const vote: fc.Arbitrary<RandomOp> = fc.record({ member, size, quorum, recovery }).map((one) => ({
  op: 'vote',
  args: () => [one.member, '75000', one.quorum, '75000', ...one.recovery, '10000', String(one.size)],
}));
const oneMember: fc.Arbitrary<RandomOp> = fc
  .record({ member, op: fc.constantFrom('retract', 'leave') })
  .map(({ member, op }) => ({ op, args: () => [member] }));
const well: fc.Arbitrary<RandomOp> = fc
  .record({ member, size, quorum, isWell: fc.constantFrom('0', '1', '1') })
  .map(({ member, size, quorum, isWell }) => ({
    op: 'well',
    args: () => [member, isWell, quorum, '75000', String(size)],
  }));
const acquire: fc.Arbitrary<RandomOp> = fc.record({ lease, by: epochOf, probes }).map(({ lease, by, probes }) => ({
  op: 'acquire',
  args: (epoch) => [lease, String(epoch + by), '5000', probes],
}));
const settle: fc.Arbitrary<RandomOp> = fc
  .record({ lease, by: epochOf, probes, recovery, outcome: fc.constantFrom('success', 'failure', 'ignored') })
  .map(({ lease, by, probes, recovery, outcome }) => ({
    op: 'settle',
    args: (epoch) => [lease, String(epoch + by), outcome, probes, ...recovery],
  }));
const byHand: fc.Arbitrary<RandomOp> = fc.constantFrom<RandomOp>(
  { op: 'isolate', args: () => ['by hand', '0'] },
  { op: 'isolate', args: () => ['by hand', '3000'] },
  { op: 'reset', args: () => [] },
);
const gate: fc.Arbitrary<RandomOp> = fc.nat(40_000).map((ms) => ({ op: 'gate', args: () => [String(ms), '30000'] }));

const share: fc.Arbitrary<RandomOp> = fc
  .record({ member, as: fc.constantFrom('in', 'in', 'out', 'look') })
  .map(({ member, as }) => ({ op: 'share', args: () => [member, as, '75000'] }));

export const randomStep: fc.Arbitrary<RandomStep> = fc
  .record({
    one: fc.oneof(
      { arbitrary: read, weight: 1 },
      { arbitrary: sync, weight: 2 },
      { arbitrary: vote, weight: 8 },
      { arbitrary: oneMember, weight: 1 },
      { arbitrary: well, weight: 2 },
      { arbitrary: acquire, weight: 6 },
      { arbitrary: settle, weight: 6 },
      { arbitrary: byHand, weight: 1 },
      { arbitrary: gate, weight: 1 },
      { arbitrary: share, weight: 2 },
    ),
    passMs: fc.oneof(
      { arbitrary: fc.nat(300), weight: 6 },
      { arbitrary: fc.nat(12_000), weight: 3 },
      fc.constant(90_000),
    ),
    lateByMs: fc.constantFrom(-250, -250, -250, -250, -250, 0, 100),
  })
  .map(({ one, passMs, lateByMs }) => ({ ...one, passMs, lateByMs }));
