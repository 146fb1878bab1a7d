import { expect } from 'chai';
import {
  CircuitProtected,
  circuit,
  configure,
  currentSignal,
  describe as describeStack,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { httpError, turn, uniqueName, unavailable, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const hang = (): Promise<never> => new Promise(() => undefined);

describe('A time limit right below the circuit', () => {
  const world = virtualTime();
  let respond: () => Promise<unknown> = hang;
  let calls = 0;
  const name = uniqueName();
  beforeEach(() => {
    respond = hang;
    calls = 0;
    circuit(name).reset();
  });

  class Service {
    @CircuitProtected({ circuit: name, failureThreshold: 2, fallback: 'fallback', fallbackOn: 'failure' })
    @TimeLimited('2s')
    @RetryOnTransient({ maxAttempts: 3, minWait: '600ms', jitter: 'none' })
    async ask(): Promise<unknown> {
      calls += 1;
      return respond();
    }

    @CircuitProtected({ circuit: name, failureThreshold: 2, fallback: 'fallback', fallbackOn: 'failure' })
    @TimeLimited('2s')
    @RetryOnTransient({ maxAttempts: 3, minWait: '600ms', jitter: 'none' })
    async *read(): AsyncGenerator<unknown> {
      calls += 1;
      yield await respond();
    }

    @TimeLimited('1s')
    @CircuitProtected({ circuit: name, failureThreshold: 2, fallback: 'fallback', fallbackOn: 'failure' })
    @TimeLimited('2s')
    @RetryOnTransient()
    @TimeLimited('1500ms')
    async askInHaste(): Promise<unknown> {
      calls += 1;
      return respond();
    }
  }

  it('lets the fallback answer when it is over: an answer within 2 s, else the fallback', async () => {
    const asked = watch(new Service().ask());
    await world.clock.advance('1999ms');
    expect(asked.settled.done).to.equal(false);
    await world.clock.advance('1ms');
    expect(asked.settled).to.deep.equal({ done: true, value: 'fallback' });
    expect(world.heard('time_limited')).to.have.lengthOf(1);
    expect(world.heard('time_limited')[0]).to.include({ circuit: name, reason: 'call', elapsedMs: 2000 });
    expect(world.heard('fallback_used')[0]).to.include({ circuit: name, reason: 'failure', kind: 'timeout' });
    expect(world.clock.timers).to.equal(0);
  });

  it('bounds all attempts and the waits between them', async () => {
    respond = async () => {
      await new Promise<void>((resolve) => void world.clock.setTimer(resolve, 500));
      throw unavailable();
    };
    const asked = watch(new Service().ask());
    await world.clock.advance('2s');
    // Attempts at 0 and 1100 ms; the third would begin after 2800 ms.
    expect([asked.settled.value, calls]).to.deep.equal(['fallback', 2]);
    expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'deadline' });
    expect(world.clock.timers).to.equal(0);
  });

  it('counts as a failure of the circuit', async () => {
    for (let i = 0; i < 2; i++) {
      const asked = watch(new Service().ask());
      await world.clock.advance('2s');
      expect(asked.settled.value).to.equal('fallback');
    }
    expect(circuit(name).state).to.equal('open');
    expect(await new Service().ask()).to.equal('fallback');
    expect(calls).to.equal(2);
  });

  it('lets the fallback answer for a stream that has not begun', async () => {
    const read = async (): Promise<unknown[]> => {
      const chunks: unknown[] = [];
      for await (const chunk of new Service().read()) chunks.push(chunk);
      return chunks;
    };
    const asked = watch(read());
    await world.clock.advance('2s');
    expect(asked.settled.value).to.deep.equal(['fallback']);
    expect(world.clock.timers).to.equal(0);
  });

  it('stands between a limit of the whole call, for which no fallback answers, and one of each attempt', async () => {
    const asked = watch(new Service().askInHaste());
    await world.clock.advance('1s');
    expect(asked.settled.error).to.include({ name: 'TimeLimitError' });
    expect(world.heard('time_limited').map(({ reason }) => reason)).to.deep.equal(['call']);
    expect(world.heard('fallback_used')).to.deep.equal([]);
    expect(world.clock.timers).to.equal(0);
  });

  it('aborts the signal of the attempt that is running', async () => {
    let signal: AbortSignal | undefined;
    respond = () => {
      signal = currentSignal();
      return hang();
    };
    const asked = watch(new Service().ask());
    await world.clock.advance('2s');
    expect([signal?.aborted, asked.settled.value]).to.deep.equal([true, 'fallback']);
  });

  it('does not begin a wait for a rate limit that it leaves no time for, nor a hedge', async () => {
    class Limited {
      @CircuitProtected({ circuit: name, fallback: 'fallback', fallbackOn: ['rate-limited', 'timeout'] })
      @TimeLimited('2s')
      @RespectRateLimit()
      @Hedged({ after: '1500ms' })
      async ask(): Promise<unknown> {
        calls += 1;
        return respond();
      }
    }
    respond = async () => {
      throw httpError(429, { headers: { 'retry-after': '2' } });
    };
    const limited = watch(new Limited().ask());
    await turn();
    expect(limited.settled.value).to.equal('fallback');
    circuit(name).reset();
    respond = hang;
    const slow = watch(new Limited().ask());
    await world.clock.advance('2s');
    expect([slow.settled.value, calls]).to.deep.equal(['fallback', 3]);
    expect(world.clock.timers).to.equal(0);
  });

  it('takes its settings from the group timeLimit, the innermost limit from attemptLimit', async () => {
    const undo = configure({
      settings: {
        methods: { 'Service.askInHaste': { timeLimit: { betweenChunks: '90ms' }, attemptLimit: { limit: '300ms' } } },
      },
    });
    const limits = describeStack(Service).askInHaste?.filter(({ policy }) => policy === 'TimeLimited') ?? [];
    expect(limits.map(({ settings }) => [settings.limit?.value, settings.betweenChunks?.value])).to.deep.equal([
      ['1s', '90ms'],
      ['2s', '90ms'],
      ['300ms', null],
    ]);
    undo();
    const off = configure({ settings: { timeLimit: { enabled: false } } });
    const asked = watch(new Service().ask());
    await world.clock.advance('1h');
    expect(asked.settled.done).to.equal(false);
    off();
  });

  it('limits each attempt where nothing stands below it', () => {
    class Bare {
      @CircuitProtected()
      @TimeLimited('2s')
      async ask(): Promise<void> {}
    }
    const undo = configure({ settings: { attemptLimit: { betweenChunks: '1s' } } });
    expect(describeStack(Bare).ask?.[1]?.settings.betweenChunks?.value).to.equal('1s');
    undo();
  });
});
