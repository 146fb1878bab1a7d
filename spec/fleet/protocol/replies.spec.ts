import { expect } from 'chai';
import fc from 'fast-check';
import { readMessage } from '#lib/fleet/protocol/message.js';
import { readReply } from '#lib/fleet/protocol/reply.js';

const REPLY = ['7', 'open', '9000', '2', '-1', 'id1', 'quorum', '1800000000000', 'wait', '9000'];

describe('what a store answers and publishes', () => {
  it('is read as each client gives it: texts, numbers or buffers', () => {
    const read = readReply(REPLY);
    expect(read.record).to.deep.equal({
      ...{ id: 'id1', epoch: 7, state: 'open', openInMs: 9000, trips: 2, sinceClosedMs: -1, why: 'quorum' },
    });
    expect(read).to.include({ outcome: 'wait', serverNow: 1_800_000_000_000 });
    expect(read.numbers).to.deep.equal([9000]);
    expect(readReply(REPLY.map((part) => Buffer.from(part)))).to.deep.equal(read);
    expect(readReply(REPLY.map((part) => (/^-?\d+$/.test(part) ? Number(part) : part)))).to.deep.equal(read);
  });

  for (const [what, answer] of [
    ['nothing', undefined],
    ['a text', 'OK'],
    ['an empty list', []],
    ['a shorter list', REPLY.slice(0, 8)],
    ['a state that there is not', REPLY.with(1, 'ajar')],
    ['an epoch that is no number', REPLY.with(0, 'x')],
    ['half a millisecond', REPLY.with(2, '0.5')],
    ['nested lists', [REPLY]],
    ['an object', { 0: '7' }],
  ] as const) {
    it(`is nonsense when it is ${what}, and appears in no message`, () => {
      expect(() => readReply(answer)).to.throw('not a reply of this protocol');
    });
  }

  it('is a message or nothing, whatever is published', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.anything(),
          fc.stringMatching(/^[a-z]+ [a-z]+ (state|vote|probing|gate|share) [-\d a-z]*$/),
        ),
        (text) => {
          const message = readMessage(text);
          if (message === undefined) return;
          for (const part of Object.values(message))
            if (typeof part === 'number') expect(part).to.satisfy(Number.isSafeInteger);
        },
      ),
      { numRuns: 500 },
    );
    expect(readMessage('openai id1 vote 7')).to.deep.equal({ name: 'openai', id: 'id1', kind: 'vote', epoch: 7 });
    expect(readMessage('openai id1 gate 700')).to.deep.equal({ name: 'openai', id: 'id1', kind: 'gate', inMs: 700 });
    expect(readMessage('~openai id1 share 7')).to.deep.equal({ name: '~openai', id: 'id1', kind: 'share', members: 7 });
    expect(readMessage('openai id1 probing 7 700')).to.include({ kind: 'probing', epoch: 7, inMs: 700 });
  });
});
