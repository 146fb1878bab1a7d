import { expect } from 'chai';
import { type Cell, cellsOf, judge } from './cells.js';
import type { Observation } from './observe.js';
import { healthy, rateLimited, server } from './row.js';
import { GROUPS } from './rows/index.js';

const seen = (rest: Partial<Observation> = {}): Observation => ({
  kind: 'none',
  requests: 1,
  attempts: 1,
  got: 'the answer',
  gaveUp: undefined,
  circuit: '0 failures',
  ms: 20,
  leaks: [],
  open: [],
  ...rest,
});
const probe = (rest: Partial<Observation> = {}): Observation => seen({ circuit: 'closed', ...rest });

describe('A cell of the fault matrix', () => {
  it('has no problem when call and probe are as expected', () => {
    expect(judge(healthy, 7, seen(), probe()).problems).to.deep.equal([]);
  });

  for (const [what, rest, problem] of [
    ['another kind', { kind: 'unknown' }, 'kind: expected none, got unknown'],
    ['another number of requests', { requests: 2 }, 'requests: expected 1, got 2'],
    ['another number of attempts', { attempts: 3 }, 'attempts: expected 1, got 3'],
    ['something else for the caller', { got: 'TypeError' }, 'the caller gets: expected the answer, got TypeError'],
    ['lateness', { ms: 9000 }, 'time: expected at once (0 ms), took 9000 ms'],
    ['a leak', { leaks: ['canary-key'] }, 'leaks: canary-key'],
    ['a timer left behind', { open: ['Timeout'] }, 'left open: Timeout'],
  ] as [string, Partial<Observation>, string][]) {
    it(`names ${what}, of the call and of the probe`, () => {
      expect(judge(healthy, 7, seen(rest), probe()).problems).to.deep.equal([problem]);
      const [asProbe] = judge(healthy, 7, seen(), probe(rest)).problems;
      expect(asProbe).to.equal(problem.replace(/^[^:]+/, '$& as a probe'));
    });
  }

  it('names a lease that is held, and a circuit that counts what it should ignore', () => {
    const limited = { kind: 'rate-limited', requests: 5, attempts: 5, got: 'RateLimitError' };
    const held = probe({ ...limited, circuit: 'half-open, its lease is held' });
    expect(judge(rateLimited(), 7, seen({ ...limited, circuit: '1 failures' }), held).problems).to.deep.equal([
      'circuit: expected ignored, got 1 failures when closed, half-open, its lease is held as a probe',
    ]);
    const counted = seen({ ...limited, circuit: '2 failures' });
    expect(judge(rateLimited(), 7, counted, probe({ ...limited, circuit: 'open' })).problems).to.deep.equal([
      'circuit: expected ignored, got failure',
    ]);
  });

  it('names what comes too early, so that no limit or hint was waited for', () => {
    const expected = { ...server('APIError'), takes: { words: 'after the hint', least: 120 } };
    const early = { kind: 'server', requests: 3, attempts: 3, got: 'APIError', ms: 90 };
    const { problems } = judge(
      expected,
      7,
      seen({ ...early, circuit: '2 failures' }),
      probe({ ...early, ms: 121, circuit: 'open' }),
    );
    expect(problems).to.deep.equal(['time: expected after the hint (120 ms), took 90 ms']);
  });

  it('is told from every other by its fault and its method', () => {
    const name = ({ group, row, method }: Cell): string => `${group}: ${row.fault}, ${method}`;
    const names = cellsOf(GROUPS).map(name);
    expect(new Set(names).size).to.equal(names.length);
  });
});
