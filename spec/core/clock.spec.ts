import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { MAX_TIMER_MS, systemClock } from '#lib/core/clock.js';
import { CircuitProtected, configure, RetryOnTransient } from '#lib/index.js';
import { fail, rejectionOf, succeed, Upstream } from '../support/upstream.js';

describe('The system clock', () => {
  let fake: SinonFakeTimers;
  let restore: () => void;
  beforeEach(() => {
    restore = configure({ random: () => 0, settings: { log: { level: 'silent' } } });
    fake = useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    fake.restore();
    restore();
  });

  it('heeds fake timers that a test puts in place later', async () => {
    const upstream = new Upstream(fail(), succeed('yes'));
    const asked = RetryOnTransient({ jitter: 'none' })(upstream.ask)();
    await fake.tickAsync(999);
    expect(upstream.calls).to.equal(1);
    await fake.tickAsync(1);
    expect(await asked).to.equal('yes');
  });

  it('lets a circuit recover by a fake Date, however many calls were refused before', async () => {
    const upstream = new Upstream(fail(), succeed('back'));
    const ask = CircuitProtected({ failureThreshold: 1, recoveryTimeout: '10s', fallback: 'sorry' })(upstream.ask);
    await rejectionOf(ask());
    for (let i = 0; i < 100; i++) expect(await ask()).to.equal('sorry');
    fake.tick(10_000);
    expect(await ask()).to.equal('back');
  });

  it('never sets a timer that would fire at once because it is too long', () => {
    let fired = false;
    const timer = systemClock.setTimer(() => {
      fired = true;
    }, 2 ** 40);
    fake.tick(MAX_TIMER_MS - 1);
    expect(fired).to.equal(false);
    systemClock.clearTimer(timer);
    fake.tick(2);
    expect(fired).to.equal(false);
  });
});
