import { expect } from 'chai';
import sinon from 'sinon';
import {
  ConfigurationError,
  configure,
  describe as describeStack,
  loadSettings,
  type Overrides,
  onEvent,
  RetryOnTransient,
} from '#lib/index.js';
import { fail, rejectionOf, succeed, Upstream, unavailable } from '../support/upstream.js';
import { EXPECTED_LOGGER } from '#lib/telemetry/loggers/adapt.js';
import { problemsOf } from '../support/problems.js';
import { virtualTime } from '../support/virtual-time.js';
import { FakeClock } from '#lib/testing/fake-clock.js';

const refusedIn = (overrides: unknown): readonly string[] => problemsOf(() => configure(overrides as Overrides));

describe('configure', () => {
  const world = virtualTime();

  const ask = (upstream: Upstream) => RetryOnTransient()(upstream.ask);

  it('takes effect on functions that are decorated already, from the next call on', async () => {
    const upstream = new Upstream(fail());
    const asking = ask(upstream);
    const restore = configure({ settings: { retry: { maxAttempts: 1 } } });
    await rejectionOf(asking());
    expect(upstream.calls).to.equal(1);
    restore();
    const asked = rejectionOf(asking());
    await world.clock.advance('20s');
    await asked;
    expect(upstream.calls).to.equal(4);
  });

  it('restores what was there, in whatever order', async () => {
    const attempts = (): unknown => {
      class Service {
        async ask(): Promise<void> {}
      }
      const descriptor = { value: RetryOnTransient()(Service.prototype.ask) };
      Object.defineProperty(Service.prototype, 'ask', descriptor);
      return describeStack(Service).ask?.[0]?.settings.maxAttempts?.value;
    };
    const first = configure({ settings: { retry: { maxAttempts: 4 } } });
    const second = configure({ settings: { retry: { maxAttempts: 5 } } });
    expect(attempts()).to.equal(5);
    first();
    expect(attempts()).to.equal(5);
    first();
    second();
    expect(attempts()).to.equal(3);
  });

  it('puts the latest clock and chance in place', async () => {
    const clock = new FakeClock(0);
    const restore = configure({ clock, random: () => 0.999 });
    const asking = ask(new Upstream(fail(), succeed()))();
    await clock.advance('1998ms');
    expect(clock.timers).to.equal(1);
    await clock.advance('1ms');
    await asking;
    restore();
  });

  for (const [what, random, came] of [
    ['that is async', () => Promise.reject(new Error('drawn')), 'but it returned a promise'],
    ['that throws', () => JSON.parse('{'), 'but it threw'],
    ['of another scale', () => 70, 'but it returned another number'],
    ['of nothing', () => undefined, 'but it returned a value of type undefined'],
    ['of no number', () => Number.NaN, 'but it returned another number'],
  ] as const)
    it(`waits as if by chance, and says so once, with a source of chance ${what}`, async () => {
      const warned = sinon.stub(process, 'emitWarning');
      sinon.stub(Math, 'random').returns(0.999);
      const clock = new FakeClock(0);
      const restore = configure({ clock, random: random as () => number });
      try {
        for (let call = 0; call < 2; call++) {
          const asking = ask(new Upstream(fail(), succeed()))();
          await clock.advance('1998ms');
          expect(clock.timers).to.equal(1);
          await clock.advance('1ms');
          await asking;
        }
        expect(warned.args.map(([text]) => text)).to.deep.equal([
          `configure(): random: expected a function that returns a number from 0 to 1, ${came}. ` +
            'Math.random is used instead. Write: () => 0.5',
        ]);
      } finally {
        restore();
        sinon.restore();
      }
    });

  it('lists every problem, and changes nothing then', async () => {
    const problems = refusedIn({
      settings: { retry: { minWait: 5, maxAttempts: '3', tries: 1 }, logs: {} },
      clock: { now: 1 },
      logger: {},
      random: 4,
      loger: 1,
    });
    expect(problems).to.deep.equal([
      'retry.minWait: expected a duration with a unit, such as "500ms", "1.5s" or "2m", got 5',
      'retry.maxAttempts: expected an integer >= 1, got "3"',
      'retry.tries: unknown key; known are enabled, maxAttempts, minWait, maxWait, jitter, nested',
      'logs: unknown key; did you mean "log"?',
      'clock: expected a clock with now(), setTimer() and clearTimer(), got an object',
      `logger: expected ${EXPECTED_LOGGER}, got an object`,
      'random: expected a function that returns a number from 0 to 1, got 4',
      'loger: unknown key; did you mean "logger"?',
    ]);
    for (const nothing of [undefined, null, 5, 'x']) expect(refusedIn(nothing)).to.have.lengthOf(1);
  });

  it('takes back what loadSettings has given', () => {
    configure({ settings: loadSettings({ env: {} }) })();
  });

  it('refuses settings that contradict what is there', async () => {
    await ask(new Upstream(succeed()))();
    expect(refusedIn({ settings: { retry: { minWait: '11s' } } })).to.deep.equal([
      'retry.minWait: expected at most maxWait (10s), got 11s',
    ]);
    await ask(new Upstream(succeed()))();
  });

  it('refuses, at the first call, decorator options that contradict the settings', async () => {
    const asking = RetryOnTransient({ minWait: '11s' })(async function ask() {});
    const error = (await rejectionOf(asking())) as Error;
    expect(error.name).to.equal('ConfigurationError');
    expect(error.message).to.equal('ask: @RetryOnTransient() minWait: expected at most maxWait (10s), got 11s');
  });
});

describe('onEvent', () => {
  virtualTime();

  const failing = () =>
    RetryOnTransient({ maxAttempts: 1 })(async function ask() {
      throw unavailable();
    });

  it('hears every event until it is ended', async () => {
    const heard: string[] = [];
    const end = onEvent(({ type }) => type === 'call_failed' || heard.push(type));
    await rejectionOf(failing()());
    end();
    end();
    await rejectionOf(failing()());
    expect(heard).to.deep.equal(['retry_gave_up']);
  });

  it('gives listeners an event that none of them can change', async () => {
    let frozen = false;
    const end = onEvent((event) => {
      frozen = Object.isFrozen(event);
    });
    await rejectionOf(failing()());
    end();
    expect(frozen).to.equal(true);
  });

  it('changes no outcome when a listener throws or rejects, and the others still hear', async () => {
    const heard: string[] = [];
    const ends = [
      onEvent(() => {
        throw new Error('a listener');
      }),
      onEvent((async () => {
        throw new Error('an async listener');
      }) as () => void),
      onEvent(({ type }) => type === 'call_failed' || heard.push(type)),
    ];
    expect(((await rejectionOf(failing()())) as { status: number }).status).to.equal(503);
    for (const end of ends) end();
    expect(heard).to.deep.equal(['retry_gave_up']);
  });

  it('refuses what is no function', () => {
    expect(() => onEvent(undefined as never)).to.throw(ConfigurationError);
  });
});
