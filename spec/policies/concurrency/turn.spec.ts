import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { waitForTurn } from '#lib/call/wait-for-turn.js';
import { Bulkhead, type PlaceInLine } from '#lib/policies/concurrency/bulkhead.js';
import { contextOf } from '../../support/method-context.js';

describe('A wait in line', () => {
  it('is over at once, and leaves its place, under a clock that calls back at once', async () => {
    const bulkhead = new Bulkhead();
    const clock = {
      now: () => 0,
      setTimer: (callback: () => void) => callback(),
      clearTimer: () => {},
    };
    expect(bulkhead.enter()).to.equal(true);
    const line = {
      join: (admit: () => void): PlaceInLine => bulkhead.waitInLine(admit),
      quit: (place: PlaceInLine): void => bulkhead.quit(place),
    };
    expect(await waitForTurn(line, 1000, new Call(contextOf(clock), undefined, [], UNGUARDED))).to.equal('late');
    expect(bulkhead.waiting).to.equal(0);
    bulkhead.leave();
    expect(bulkhead.atWork).to.equal(0);
  });
});
