import { expect } from 'chai';
import fc from 'fast-check';
import { channelOf } from '#lib/fleet/protocol/keys.js';
import { emptySlot, dataOf, type SlotData } from '#lib/fleet/protocol/slot.js';
import { step } from '#lib/fleet/protocol/step.js';
import { type RandomStep, randomStep } from '../support/random-steps.js';

const START = 1_800_000_000_000;
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 150);

/** By hand a repetition begins another epoch of the same state. */
const BY_HAND: ReadonlySet<string> = new Set(['isolate', 'reset']);

/** Plays a sequence with the pure rules, and hands each step to `see`. */
function play(sequence: readonly RandomStep[], see: (one: Seen) => void): void {
  let data = dataOf(emptySlot());
  let now = START;
  for (const { op, args, passMs, lateByMs } of sequence) {
    now += passMs;
    const { epoch = 0, state = 'closed' } = data.record ?? {};
    const given = [op, channelOf('shop'), 'openai', String(now - lateByMs), 'id-1', ...args(epoch, state)];
    const before = structuredClone(data);
    const result = step(data, given, now);
    expect(data, 'the rules change nothing that they are given').to.deep.equal(before);
    see({ op, given, before, after: result.data, reply: result.reply, now, isLate: lateByMs > 0 });
    ({ data } = result);
  }
}

interface Seen {
  readonly op: string;
  readonly given: readonly string[];
  readonly before: SlotData;
  readonly after: SlotData;
  readonly reply: readonly string[];
  readonly now: number;
  readonly isLate: boolean;
}

describe('the rules of a fleet', () => {
  const sequences = fc.array(randomStep, { minLength: 10, maxLength: 40 });

  it('do for an operation that arrives twice what they do for one', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        play(sequence, ({ op, given, after, now }) => {
          const twice = step(after, given, now).data;
          const epoch = BY_HAND.has(op) ? after.record?.epoch : twice.record?.epoch;
          expect({ ...twice, record: twice.record && { ...twice.record, epoch } }, op).to.deep.equal(after);
        });
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('do nothing late, but for an isolation whose time is over', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        play(sequence, ({ op, before, after, reply, isLate }) => {
          if (!isLate || op === 'read') return;
          expect(reply).to.include('late');
          if (before.record?.state !== 'isolated' || before.record.until === 0) expect(after, op).to.deep.equal(before);
        });
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('shorten no wait within an epoch, and open on no single vote', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        play(sequence, ({ op, before, after, reply }) => {
          if (op !== 'sync' && before.record?.epoch === after.record?.epoch)
            expect(after.record?.until ?? 0).to.be.at.least(before.record?.until ?? 0);
          if (reply.includes('opened')) expect(Number(reply.at(-2))).to.be.at.least(2);
        });
      }),
      { numRuns: SEQUENCES },
    );
  });
});
