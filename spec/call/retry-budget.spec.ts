import { expect } from 'chai';
import { RetryBudget } from '#lib/call/retry-budget.js';

/** Takes until it is refused, and says how often that was possible. */
function drain(budget: RetryBudget, now: number): number {
  let taken = 0;
  while (budget.take(now)) taken += 1;
  return taken;
}

describe('The retry budget', () => {
  it('holds 100 tokens', () => {
    expect(drain(new RetryBudget(), 1000)).to.equal(100);
  });

  it('refills by 10 a second, and never beyond 100', () => {
    const budget = new RetryBudget();
    drain(budget, 1000);
    expect(drain(budget, 1500)).to.equal(5);
    expect(drain(budget, 2500)).to.equal(10);
    expect(drain(budget, 1_000_000)).to.equal(100);
  });

  it('earns 0.2 with each finished first attempt', () => {
    const budget = new RetryBudget();
    drain(budget, 1000);
    for (let i = 0; i < 4; i++) budget.earn();
    expect(drain(budget, 1000)).to.equal(0);
    budget.earn();
    expect(drain(budget, 1000)).to.equal(1);
  });

  it('takes back what a call that ended well had taken', () => {
    const budget = new RetryBudget();
    drain(budget, 1000);
    budget.putBack(2);
    expect(drain(budget, 1000)).to.equal(2);
  });

  it('never earns beyond 100', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 50; i++) budget.earn();
    budget.putBack(50);
    expect(drain(budget, 0)).to.equal(100);
  });

  it('is not emptied by a clock that is set back', () => {
    const budget = new RetryBudget();
    budget.take(10_000);
    expect(drain(budget, 5000)).to.equal(99);
    expect(drain(budget, 6000)).to.equal(10);
  });

  it('takes a part of what a fleet shares, and keeps no more than that', () => {
    const budget = new RetryBudget();
    expect(budget.capacity).to.equal(100);
    budget.take(1000);
    budget.resize(40, 4);
    expect(budget.capacity).to.equal(40);
    expect(budget.tokensAt(1000)).to.equal(40);
    expect(drain(budget, 1000)).to.equal(40);
    budget.resize(100, 2);
    expect(budget.tokensAt(1000)).to.equal(0);
    expect(drain(budget, 3000)).to.equal(4);
    budget.refill();
    expect(drain(budget, 3000)).to.equal(100);
  });

  it('says what it holds without changing it', () => {
    const budget = new RetryBudget();
    drain(budget, 1000);
    expect([1000, 1500, 1250, 500, 20_000].map((now) => budget.tokensAt(now))).to.deep.equal([0, 5, 2.5, 0, 100]);
    expect(drain(budget, 1000)).to.equal(0);
  });
});
