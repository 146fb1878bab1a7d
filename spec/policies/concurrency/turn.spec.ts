import { expect } from 'chai';
import { Call, UNGUARDED } from '#lib/call/call.js';
import { Bulkhead } from '#lib/policies/concurrency/bulkhead.js';
import { turn } from '#lib/policies/concurrency/turn.js';
import { siteOf } from '../../support/site.js';

describe('A wait in line', () => {
  it('is over at once, and leaves its place, under a clock that calls back at once', async () => {
    const bulkhead = new Bulkhead();
    const clock = {
      now: () => 0,
      setTimer: (callback: () => void) => callback(),
      clearTimer: () => {},
    };
    expect(bulkhead.enter()).to.equal(true);
    expect(await turn(bulkhead, 1000, new Call(siteOf(clock), undefined, [], UNGUARDED))).to.equal('late');
    expect(bulkhead.waiting).to.equal(0);
    bulkhead.leave();
    expect(bulkhead.atWork).to.equal(0);
  });
});
