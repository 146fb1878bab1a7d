import { expect } from 'chai';
import fc from 'fast-check';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { readMessage } from '#lib/fleet/protocol/message.js';
import { readReply } from '#lib/fleet/protocol/reply.js';
import { SCRIPT } from '#lib/fleet/protocol/script.js';
import { dataOf, emptySlot } from '#lib/fleet/protocol/slot.js';
import { apply } from '#lib/fleet/protocol/step.js';
import { LuaServer } from '../support/lua.js';
import { randomStep } from '../support/random-steps.js';

const START = 1_800_000_000_000;
const KEYS = keysOf('checkout', 'openai');
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 120);

describe('the script of a fleet', () => {
  it('does in every random sequence what the pure rules do', function () {
    this.timeout(60_000);
    let steps = 0;
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(randomStep, { minLength: 20, maxLength: 60 }), (sequence) => {
        const server = new LuaServer(SCRIPT);
        const slot = emptySlot();
        let now = START;
        let last = { epoch: 0, state: 'closed' };
        for (const { op, args, passMs, lateByMs } of sequence) {
          now += passMs;
          server.keyspace.now = now;
          const given = [
            op,
            channelOf('checkout'),
            'openai',
            String(now - lateByMs),
            'id-1',
            ...args(last.epoch, last.state),
          ];
          server.keyspace.published.length = 0;
          const { reply, messages } = apply(slot, given, now);
          expect(server.run(KEYS, given), op).to.deep.equal(reply);
          expect(server.keyspace.published, op).to.deep.equal(messages);
          for (const message of messages) expect(readMessage(message), message).to.be.an('object');
          const { record, outcome } = readReply(reply);
          expect(record.epoch, 'an epoch never falls').to.be.at.least(last.epoch);
          last = record;
          outcomes.add(outcome);
          steps += 1;
        }
        expect(stored(server)).to.deep.equal(sorted(dataOf(slot)));
      }),
      // Few sequences are the same in each run, so that they lead to every outcome.
      { numRuns: SEQUENCES, ...(SEQUENCES < 1000 && { seed: 1 }) },
    );
    expect(steps).to.be.above(SEQUENCES * 20);
    const every = [
      ...['read', 'synced', 'restored', 'voted', 'opened', 'decided', 'retracted', 'left', 'contested', 'dissolved'],
      ...['granted', 'wait', 'stale', 'gone', 'closed', 'reopened', 'returned', 'counted', 'isolated', 'reset'],
      ...['gate', 'shared', 'late'],
    ];
    expect(
      every.filter((outcome) => !outcomes.has(outcome)),
      'outcomes that no sequence had',
    ).to.deep.equal([]);
  });

  it('lists the circuits that were enlisted within seven days', () => {
    const server = new LuaServer(SCRIPT);
    const run = (op: string, ...names: string[]): unknown =>
      server.run(['index'], [op, 'c', '', String(START * 2), '', ...names]);
    server.keyspace.now = START;
    run('enlist', 'openai', 'search');
    server.keyspace.now = START + 5 * 86_400_000;
    run('enlist', 'search');
    expect(run('list')).to.deep.equal(['openai', 'search']);
    server.keyspace.now = START + 8 * 86_400_000;
    expect(run('list')).to.deep.equal(['search']);
  });

  it('refuses an operation that it does not know', () => {
    expect(() => new LuaServer(SCRIPT).run(KEYS, ['dance', 'c', 'n', '0', 'i'])).to.throw(/./);
    expect(() => apply(emptySlot(), ['dance', 'c', 'n', '0', 'i'], START)).to.throw(/unknown operation dance/);
  });
});

function stored({ keyspace: { values } }: LuaServer): unknown {
  const [record, votes, members, wells, probes, gate] = KEYS.map((key) => values.get(key));
  const hash = record instanceof Map ? Object.fromEntries(record as Map<string, string>) : undefined;
  const plain = (set: unknown): Record<string, number> =>
    Object.fromEntries(set instanceof Map ? (set as Map<string, number>) : []);
  return sorted({
    record: hash && {
      ...hash,
      ...Object.fromEntries(
        ['epoch', 'until', 'trips', 'closedAt', 'successes'].map((part) => [part, Number(hash[part])]),
      ),
    },
    votes: plain(votes),
    members: plain(members),
    wells: plain(wells),
    probes: plain(probes),
    gate: Number(gate ?? 0),
  });
}

/** With the keys of every object in order. */
function sorted(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ),
  );
}
