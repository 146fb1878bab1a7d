import { expect } from 'chai';
import { Bulkhead } from '#lib/policies/concurrency/bulkhead.js';
import { KeyedBulkheads } from '#lib/policies/concurrency/keyed.js';

describe('The bulkheads of keys', () => {
  const two = (made: Bulkhead): void => made.resize(2);

  it('are one for each key, with permits of its own', () => {
    const bulkheads = new KeyedBulkheads();
    const first = bulkheads.get('a', two);
    expect([first.enter(), first.enter(), first.enter()]).to.deep.equal([true, true, false]);
    expect(bulkheads.get('b', two).enter()).to.equal(true);
    expect(bulkheads.get('a', two)).to.equal(first);
  });

  it('are forgotten when nobody uses them, and not before', () => {
    const bulkheads = new KeyedBulkheads();
    const used = bulkheads.get('used', two);
    used.enter();
    for (let i = 0; i < 10_000; i++) bulkheads.get(`key ${i}`, two);
    expect(bulkheads.size).to.be.at.most(10);
    expect(bulkheads.get('used', two)).to.equal(used);
    used.leave();
    for (let i = 0; i < 10; i++) bulkheads.get(`later ${i}`, two);
    expect(bulkheads.get('used', two)).not.to.equal(used);
  });

  it('are kept while a method that was abandoned holds a permit, or somebody waits', () => {
    const bulkhead = new Bulkhead();
    bulkhead.resize(1);
    expect(bulkhead.isIdle).to.equal(true);
    bulkhead.enter();
    bulkhead.abandon();
    expect([bulkhead.abandoned, bulkhead.atWork, bulkhead.isIdle, bulkhead.enter()]).to.deep.equal([
      1,
      1,
      false,
      false,
    ]);
    let isAdmitted = false;
    bulkhead.waitInLine(() => (isAdmitted = true));
    bulkhead.leaveAbandoned();
    expect([bulkhead.abandoned, isAdmitted, bulkhead.atWork]).to.deep.equal([0, true, 1]);
    bulkhead.leave();
    expect(bulkhead.isIdle).to.equal(true);
  });

  it('keep what an adaptive limit has learnt, within limits that have changed', () => {
    const bulkhead = new Bulkhead();
    bulkhead.resize('adaptive', { min: 1, max: 200, initial: 40 });
    expect(bulkhead.limit).to.equal(40);
    bulkhead.resize('adaptive', { min: 1, max: 10, initial: 5 });
    expect(bulkhead.limit).to.equal(10);
    bulkhead.resize('adaptive', { min: 12, max: 20, initial: 15 });
    expect(bulkhead.limit).to.equal(12);
    expect(bulkhead.isIdle).to.equal(false);
  });
});
