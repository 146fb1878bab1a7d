import { expect } from 'chai';
import {
  CircuitProtected,
  circuit,
  classify,
  ConcurrencyLimited,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { deferred, httpError, rejectionOf, uniqueName, turn, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('The limit of a whole call', () => {
  const world = virtualTime();

  it('ends the wait in the queue of a bulkhead, and every permit comes back', async () => {
    const first = deferred();
    class Service {
      calls = 0;
      @TimeLimited('2s')
      @ConcurrencyLimited({ limit: 1, queue: 5, maxQueueWait: '1m' })
      async ask(): Promise<unknown> {
        this.calls += 1;
        return first.promise;
      }
    }
    const service = new Service();
    const asked = [rejectionOf(service.ask()), rejectionOf(service.ask())];
    await world.clock.advance('2s');
    for (const error of await Promise.all(asked)) expect(error).to.be.instanceOf(TimeLimitError);
    expect(world.clock.timers).to.equal(0);
    first.resolve('late');
    expect(await service.ask()).to.equal('late');
  });

  for (const [what, minWait, headers, reason] of [
    ['of its own', '2s', {}, 'deadline'],
    ['that the upstream asks for', '1s', { 'retry-after': '2' }, 'retry-after'],
  ] as const) {
    it(`does not let a retry begin a wait ${what} that ends with it`, async () => {
      const error = httpError(503, { headers });
      class Service {
        @TimeLimited('2s')
        @RetryOnTransient({ minWait, jitter: 'none' })
        async ask(): Promise<unknown> {
          throw error;
        }
      }
      expect(await rejectionOf(new Service().ask())).to.equal(error);
      expect(world.heard('retry_gave_up').map((event) => event.reason)).to.deep.equal([reason]);
      expect(world.clock.timers).to.equal(0);
    });
  }

  it('takes no permit for who has left the queue, so that no more are at work than may', async () => {
    const first = deferred();
    const controller = new AbortController();
    class Service {
      calls = 0;
      @TimeLimited({ limit: '1m', signal: (stop?: { when: AbortSignal }) => stop?.when })
      @ConcurrencyLimited({ limit: 1, queue: 5, maxQueueWait: '1m' })
      async ask(_stop?: { when: AbortSignal }): Promise<unknown> {
        this.calls += 1;
        return this.calls === 1 ? first.promise : 'next';
      }
    }
    const service = new Service();
    const atWork = service.ask();
    const leaving = rejectionOf(service.ask({ when: controller.signal }));
    const waiting = watch(service.ask());
    await turn();
    controller.abort('left');
    expect(await leaving).to.equal('left');
    await turn();
    expect([service.calls, waiting.settled.done]).to.deep.equal([1, false]);
    first.resolve('first');
    expect(await atWork).to.equal('first');
    await turn();
    expect(waiting.settled.value).to.equal('next');
    expect(world.clock.timers).to.equal(0);
  });

  it('ends the wait for a rate limit when the caller aborts whom the limit has found', async () => {
    const controller = new AbortController();
    let calls = 0;
    class Service {
      @TimeLimited({ limit: '1m', signal: (stop: { when: AbortSignal }) => stop.when })
      @RespectRateLimit()
      async ask(_stop: { when: AbortSignal }): Promise<unknown> {
        calls += 1;
        throw httpError(429, { headers: { 'retry-after': '5' } });
      }
    }
    const asked = rejectionOf(new Service().ask({ when: controller.signal }));
    await world.clock.advance('1s');
    controller.abort('left');
    expect(await asked).to.equal('left');
    await turn();
    expect(world.clock.timers).to.equal(0);
    expect([calls, ...world.heard('rate_limited').map(({ reason }) => reason)]).to.deep.equal([
      1,
      undefined,
      'aborted',
    ]);
  });

  it('runs a call that has waited in the queue, and limits it', async () => {
    const first = deferred();
    class Service {
      calls = 0;
      @TimeLimited('2s')
      @RetryOnTransient()
      @ConcurrencyLimited({ limit: 1, queue: 5 })
      async ask(): Promise<unknown> {
        this.calls += 1;
        return this.calls === 1 ? first.promise : 'second';
      }
    }
    const service = new Service();
    const asked = [service.ask(), service.ask()];
    await world.clock.advance('1s');
    first.resolve('first');
    expect(await Promise.all(asked)).to.deep.equal(['first', 'second']);
    expect(world.clock.timers).to.equal(0);
  });

  it('does not let a call wait for a rate limit that lasts longer than it', async () => {
    class Service {
      calls = 0;
      @TimeLimited('2s')
      @RespectRateLimit()
      async ask(): Promise<unknown> {
        this.calls += 1;
        throw httpError(429, { headers: { 'retry-after': '5' } });
      }
    }
    const service = new Service();
    const [first, second] = [rejectionOf(service.ask()), rejectionOf(service.ask())];
    await world.clock.advance('0ms');
    expect([((await first) as Error).name, ((await second) as Error).name]).to.deep.equal([
      'RateLimitedError',
      'RateLimitedError',
    ]);
    expect(world.clock.timers).to.equal(0);
  });

  for (const [what, retryAfter, minWait] of [
    ['a wait that ends with the limit', '10', '1s'],
    ['a shortest wait that ends with the limit', '1', '10s'],
    ['a wait without a hint that ends with the limit', undefined, '10s'],
  ] as const) {
    it(`does not begin ${what}, which leaves no time to ask again`, async () => {
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      class Service {
        @TimeLimited('10s')
        @RespectRateLimit({ minWait })
        async ask(): Promise<unknown> {
          throw httpError(429, { headers });
        }
      }
      const asked = watch(new Service().ask());
      await turn();
      expect(classify(asked.settled.error)).to.include({ kind: 'rate-limited', transient: false });
      expect(world.clock.timers).to.equal(0);
    });
  }

  it('rejects a call at once whose slot at a paced gate comes after the limit', async () => {
    class Service {
      calls = 0;
      @TimeLimited('10s')
      @RespectRateLimit({ minWait: '6s' })
      async ask(): Promise<unknown> {
        this.calls += 1;
        if (this.calls === 1) throw httpError(429);
        return 'answer';
      }
    }
    const service = new Service();
    const first = watch(service.ask());
    await turn();
    const [second, third] = [watch(service.ask()), watch(service.ask())];
    await turn();
    expect(first.settled.done).to.equal(false);
    // The first one passes after 6 s, and who comes next after 12 s.
    for (const { settled } of [second, third])
      expect(settled.error).to.include({ name: 'RateLimitedError', retryAfterMs: 12_000 });
    await world.clock.advance('6s');
    expect(first.settled.value).to.equal('answer');
    expect(service.calls).to.equal(2);
    expect(world.clock.timers).to.equal(0);
  });
});

describe('A circuit that opens', () => {
  const world = virtualTime();

  it('sends home who waits in a queue, also where it is closed again at once, and no permit is lost by that', async () => {
    const ends: (() => void)[] = [];
    let atWork = 0;
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name })
      @ConcurrencyLimited({ limit: 1, queue: 5 })
      async ask(): Promise<void> {
        atWork += 1;
        await new Promise<void>((resolve) => ends.push(resolve));
        atWork -= 1;
      }
    }
    const service = new Service();
    const [first, second] = [service.ask(), rejectionOf(service.ask())];
    circuit(name).isolate();
    circuit(name).reset();
    expect(await second).to.have.property('name', 'CircuitOpenError');
    ends.pop()?.();
    await first;
    const asked = [service.ask(), service.ask(), service.ask()];
    await turn();
    expect(atWork).to.equal(1);
    for (let i = 0; i < asked.length; i++) {
      ends.pop()?.();
      await turn();
    }
    await Promise.all(asked);
    expect(world.clock.timers).to.equal(0);
  });

  it('ends the wait of a retry, also where it is closed again at once: none comes early', async () => {
    const name = uniqueName();
    let calls = 0;
    class Service {
      @CircuitProtected({ circuit: name })
      @RetryOnTransient({ minWait: '10s', maxWait: '60s' })
      async ask(): Promise<void> {
        calls += 1;
        throw httpError(503, { headers: { 'retry-after': '30' } });
      }
    }
    const asked = rejectionOf(new Service().ask());
    await world.clock.advance('1s');
    circuit(name).isolate();
    circuit(name).reset();
    expect(await asked).to.have.property('status', 503);
    expect(calls).to.equal(1);
    expect(world.heard('retry_gave_up')[0]).to.include({ reason: 'circuit-open' });
  });

  it('sends nobody on who waits in a queue further in, and lets the fallback answer for them', async () => {
    const first = deferred();
    const name = uniqueName();
    class Service {
      calls = 0;
      @CircuitProtected({ circuit: name, failureThreshold: 1, fallback: 'sorry' })
      @ConcurrencyLimited({ limit: 1, queue: 5, maxQueueWait: '1m' })
      async ask(): Promise<unknown> {
        this.calls += 1;
        return first.promise;
      }
    }
    const service = new Service();
    const [atWork, ...waiting] = [service.ask(), service.ask(), service.ask()];
    circuit(name).isolate();
    expect(await Promise.all(waiting)).to.deep.equal(['sorry', 'sorry']);
    first.resolve('answer');
    expect(await atWork).to.equal('answer');
    expect(world.heard('fallback_used').map(({ reason }) => reason)).to.deep.equal(['open', 'open']);
    expect([service.calls, world.clock.timers]).to.deep.equal([1, 0]);
  });

  it('fails who waits further in with an error that says how long it stays open', async () => {
    const held = deferred();
    const name = uniqueName();
    const options = { circuit: name, failureThreshold: 1, recoveryTimeout: '7s' } as const;
    class Service {
      @CircuitProtected(options)
      @ConcurrencyLimited({ limit: 1, queue: 5, maxQueueWait: '1m' })
      async inLine(): Promise<unknown> {
        return held.promise;
      }

      @CircuitProtected(options)
      @RespectRateLimit()
      async atTheGate(): Promise<unknown> {
        throw httpError(429, { headers: { 'retry-after': '20' } });
      }

      @CircuitProtected(options)
      async failing(): Promise<unknown> {
        throw httpError(503);
      }
    }
    const service = new Service();
    const atWork = service.inLine();
    const limited = rejectionOf(service.atTheGate());
    await turn();
    const waiting = [rejectionOf(service.inLine()), rejectionOf(service.atTheGate())];
    await turn();
    await rejectionOf(service.failing());
    for (const error of await Promise.all(waiting))
      expect(error).to.include({ name: 'CircuitOpenError', retryAfterMs: 7000 });
    expect(await limited).to.have.property('status', 429);
    held.resolve('late');
    expect(await atWork).to.equal('late');
    expect(world.clock.timers).to.equal(0);
  });
});
