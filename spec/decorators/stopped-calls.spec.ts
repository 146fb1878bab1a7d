import { expect } from 'chai';
import { Readable } from 'node:stream';
import {
  CircuitProtected,
  type Clock,
  ConcurrencyLimited,
  circuit,
  configure,
  Hedged,
  onEvent,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { FakeClock } from '#lib/testing/index.js';
import { httpError, rejectionOf, turn, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** Why a call waits, each with the method that a policy makes wait. */
function waits() {
  class Waiting {
    calls = 0;
    /** Ends what holds the permit. */
    release: () => void = () => undefined;

    @RetryOnTransient({ minWait: '60ms', jitter: 'none' })
    async *retry(_signal?: AbortSignal): AsyncGenerator<string> {
      this.calls += 1;
      if (this.calls === 1) throw unavailable();
      yield 'a';
    }

    @RespectRateLimit({ minWait: '60ms' })
    async *gate(_signal?: AbortSignal): AsyncGenerator<string> {
      this.calls += 1;
      if (this.calls === 1) throw httpError(429, { headers: { 'retry-after-ms': '60' } });
      yield 'a';
    }

    @ConcurrencyLimited({ limit: 1, queue: 1, maxQueueWait: '10s' })
    async *queue(signal?: AbortSignal | 'holds'): AsyncGenerator<string> {
      this.calls += 1;
      if (signal === 'holds') await new Promise<void>((resolve) => (this.release = resolve));
      yield 'a';
    }

    @Hedged({ after: '60ms' })
    async *hedge(_signal?: AbortSignal): AsyncGenerator<string> {
      this.calls += 1;
      await new Promise(() => undefined);
      yield 'a';
    }
  }
  return new Waiting();
}

const NAMES = ['retry', 'gate', 'queue', 'hedge'] as const;

/** A stream that waits: one request is out already. */
async function waiting(name: (typeof NAMES)[number], signal?: AbortSignal) {
  const service = waits();
  const held = name === 'queue' ? service.queue('holds').next() : undefined;
  await turn();
  const stream = service[name](signal);
  return { service, stream, held };
}

describe('A call that should stop', () => {
  const world = virtualTime();

  for (const name of NAMES) {
    it(`sends nothing more once its reader has left: ${name}`, async () => {
      const { service, stream, held } = await waiting(name);
      const first = stream.next();
      await world.clock.advance('10ms');
      expect(service.calls).to.equal(1);
      expect(await stream.return('bye')).to.deep.equal({ value: 'bye', done: true });
      expect(await first).to.deep.equal({ value: undefined, done: true });
      expect(world.clock.timers).to.equal(0);
      service.release();
      await held;
      await world.clock.advance('1h');
      expect(service.calls).to.equal(1);
      expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
    });

    it(`sends nothing more once a Node stream around it is destroyed: ${name}`, async () => {
      const { service, stream, held } = await waiting(name);
      const readable = Readable.from(stream);
      readable.resume();
      await world.clock.advance('10ms');
      readable.destroy();
      await turn();
      service.release();
      await held;
      await world.clock.advance('1h');
      expect(service.calls).to.equal(1);
      expect(world.clock.timers).to.equal(0);
    });

    it(`fails with the caller's reason at once: ${name}`, async () => {
      const controller = new AbortController();
      const { service, stream, held } = await waiting(name, controller.signal);
      const failed = rejectionOf(stream.next());
      await world.clock.advance('10ms');
      const reason = new Error('gone');
      controller.abort(reason);
      expect(await failed).to.equal(reason);
      service.release();
      await held;
      await world.clock.advance('1h');
      expect(service.calls).to.equal(1);
      expect(world.clock.timers).to.equal(0);
    });
  }

  it('begins nothing for a signal that is aborted already, whatever the policy, and says nothing', async () => {
    const policies = {
      circuit: CircuitProtected({ circuit: uniqueName(), failureThreshold: 1 }),
      retry: RetryOnTransient(),
      gate: RespectRateLimit(),
      bulkhead: ConcurrencyLimited({ limit: 1 }),
      limit: TimeLimited('1s'),
      hedge: Hedged({ after: '1s' }),
    };
    const reason = new Error('gone before');
    const signal = AbortSignal.abort(reason);
    for (const [name, decorate] of Object.entries(policies)) {
      let calls = 0;
      const ask = decorate(async (_options: { signal: AbortSignal }) => {
        calls += 1;
      });
      const read = decorate(async function* (_signal: AbortSignal) {
        calls += 1;
        yield 'a';
      });
      expect(await rejectionOf(ask({ signal })), name).to.equal(reason);
      const stream = read(signal);
      expect(await rejectionOf(stream.next()), name).to.equal(reason);
      expect(await stream.next(), name).to.deep.equal({ value: undefined, done: true });
      expect(calls, name).to.equal(0);
    }
    expect(world.events).to.deep.equal([]);
    expect(world.clock.timers).to.equal(0);
  });

  it('stops before its wait if a listener of the event of it aborts', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let calls = 0;
    const ask = RetryOnTransient({ minWait: '1h', maxWait: '1h' })(async (_signal: AbortSignal) => {
      calls += 1;
      controller.abort(reason);
      throw unavailable();
    });
    expect(await rejectionOf(ask(controller.signal))).to.equal(reason);
    expect(calls).to.equal(1);
  });
});

describe('A clock that runs ahead of its timers', () => {
  /** As if the event loop had been blocked, or the process frozen: timers fire late. */
  function blockable() {
    const timers = new FakeClock(0);
    let blockedMs = 0;
    const clock: Clock = {
      now: () => timers.now() + blockedMs,
      setTimer: (callback, ms) => timers.setTimer(callback, ms),
      clearTimer: (timer) => timers.clearTimer(timer),
    };
    return { clock, timers, block: (ms: number) => (blockedMs += ms) };
  }

  let time = blockable();
  let undo: () => void = () => undefined;
  beforeEach(() => {
    time = blockable();
    undo = configure({ clock: time.clock, random: () => 0, settings: { log: { level: 'silent' } } });
  });
  afterEach(() => undo());

  for (const name of NAMES) {
    for (const kind of ['stream', 'promise'] as const) {
      it(`lets no attempt begin after the deadline: ${name}, ${kind}`, async () => {
        class Asking {
          @TimeLimited('150ms')
          @RetryOnTransient({ minWait: '60ms', jitter: 'none' })
          @RespectRateLimit({ minWait: '60ms' })
          @Hedged({ after: '60ms' })
          @ConcurrencyLimited({ limit: 1, queue: 1, maxQueueWait: '10s' })
          async ask(): Promise<string> {
            return this.#fail();
          }

          @TimeLimited('150ms')
          @RetryOnTransient({ minWait: '60ms', jitter: 'none' })
          @RespectRateLimit({ minWait: '60ms' })
          @Hedged({ after: '60ms' })
          @ConcurrencyLimited({ limit: 1, queue: 1, maxQueueWait: '10s' })
          async *read(): AsyncGenerator<string> {
            yield await this.#fail();
          }

          calls = 0;

          async #fail(): Promise<never> {
            this.calls += 1;
            if (name === 'retry') throw unavailable();
            if (name === 'gate') throw httpError(429, { headers: { 'retry-after-ms': '60' } });
            return new Promise(() => undefined);
          }
        }
        const asking = new Asking();
        const begin = (): Promise<unknown> => (kind === 'stream' ? asking.read().next() : asking.ask());
        const first = rejectionOf(begin());
        const second = name === 'queue' ? rejectionOf(begin()) : undefined;
        await turn();
        expect(asking.calls).to.equal(1);
        time.block(400);
        await time.timers.advance('1h');
        // A retry that has no time left fails with what its last attempt failed with.
        if (name === 'retry') expect(await first).to.have.property('status', 503);
        else expect(await first).to.be.instanceOf(TimeLimitError);
        if (second) expect(await second).to.be.instanceOf(TimeLimitError);
        expect(asking.calls).to.equal(1);
      });
    }
  }

  it('goes on after a wait during which the clock was set forward, and gives no hint as its reason', async () => {
    const reasons: unknown[] = [];
    const name = uniqueName();
    let calls = 0;
    class Service {
      @CircuitProtected({ circuit: name })
      @RetryOnTransient({ minWait: '1s', jitter: 'none', maxAttempts: 2 })
      async ask(): Promise<never> {
        calls += 1;
        throw unavailable();
      }

      @TimeLimited('1m')
      @RetryOnTransient({ minWait: '1s', jitter: 'none', maxAttempts: 3 })
      async limited(): Promise<never> {
        calls += 1;
        throw unavailable();
      }
    }
    const leave = onEvent((event) => event.type === 'retry_gave_up' && reasons.push(event.reason));
    const failed = rejectionOf(new Service().ask());
    await turn();
    time.block(3_600_000);
    await time.timers.advance('1s');
    expect(await failed).to.have.property('status', 503);
    expect(calls).to.equal(2);
    const ended = rejectionOf(new Service().limited());
    await turn();
    time.block(3_600_000);
    await time.timers.advance('1h');
    expect(await ended).to.have.property('status', 503);
    expect(calls).to.equal(3);
    expect(reasons).to.deep.equal(['attempts', 'deadline']);
    expect(circuit(name).snapshot()).to.include({ failures: 1 });
    leave();
  });
});
