import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { burstClock } from '#lib/core/burst-clock.js';
import { systemClock } from '#lib/core/clock.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { turn } from '../support/upstream.js';

const spin = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

describe('The clock of a burst', () => {
  it('is never more than sixteen calls behind within a turn of the event loop', () => {
    const now = burstClock(systemClock);
    for (let i = 0; i < 1000; i++) now();
    const before = Date.now();
    spin(5);
    const seen = Array.from({ length: 17 }, () => now());
    expect(seen[16]).to.be.at.least(before + 5);
  });

  it('tells the time of now in the next turn', async () => {
    const now = burstClock(systemClock);
    for (let i = 0; i < 40; i++) now();
    await turn();
    spin(3);
    const before = Date.now();
    expect(now()).to.be.at.least(before);
  });

  it('tells the time of now to what the process was idle for', async () => {
    const now = burstClock(systemClock);
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (let i = 0; i < 40; i++) now();
      // Its callback runs before that of an immediate for which the event loop does not wake up.
      await promisify(pbkdf2)('password', 'salt', 40_000, 64, 'sha512');
      const before = Date.now();
      expect(now(), `round ${round}`).to.be.at.least(before);
    }
  });

  it('reads a Date that a test has put in its place every time', () => {
    const now = burstClock(systemClock);
    for (let i = 0; i < 100; i++) now();
    const realNow = Date.now;
    try {
      Date.now = () => 5;
      expect(now()).to.equal(5);
    } finally {
      Date.now = realNow;
    }
  });

  it('reads any other clock every time', async () => {
    const clock = new FakeClock(0);
    const now = burstClock(clock);
    for (let i = 0; i < 100; i++) now();
    await clock.advance('1ms');
    expect(now()).to.equal(1);
  });
});
