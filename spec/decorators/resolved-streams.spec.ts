import { expect } from 'chai';
import { Readable } from 'node:stream';
import {
  circuit,
  CircuitProtected,
  ConcurrencyLimited,
  currentSignal,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { rejectionOf, turn, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('A method that resolves to a stream', () => {
  const world = virtualTime();

  async function collect(chunks: AsyncIterable<unknown>): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const chunk of chunks) all.push(chunk);
    return all;
  }

  async function* broken(): AsyncGenerator<string> {
    yield 'a';
    throw unavailable();
  }

  async function* whole(): AsyncGenerator<string> {
    yield 'a';
    yield 'b';
  }

  it('opens its circuit by the failures of its streams, and repeats none of them', async () => {
    const name = uniqueName();
    class Service {
      calls = 0;

      @CircuitProtected({ circuit: name, failureThreshold: 3 })
      @RetryOnTransient()
      async open(): Promise<AsyncGenerator<string>> {
        this.calls += 1;
        return broken();
      }
    }
    const service = new Service();
    for (let i = 0; i < 3; i++) {
      expect(circuit(name).state).to.equal('closed');
      await rejectionOf(collect(await service.open()));
    }
    expect(circuit(name).state).to.equal('open');
    expect(service.calls).to.equal(3);
    expect(world.heard('stream_broken')).to.have.lengthOf(3);
    expect(world.heard('stream_broken')[0]).to.include({ method: 'Service.open', circuit: name, chunks: 1 });
  });

  it('repeats what fails before it resolves', async () => {
    class Service {
      calls = 0;

      @RetryOnTransient({ minWait: '1s', jitter: 'none' })
      async open(): Promise<AsyncIterable<string>> {
        this.calls += 1;
        if (this.calls < 3) throw unavailable();
        return { [Symbol.asyncIterator]: whole };
      }
    }
    const service = new Service();
    const opened = service.open();
    await world.clock.advance('3s');
    expect(await collect(await opened)).to.deep.equal(['a', 'b']);
    expect(service.calls).to.equal(3);
  });

  it('keeps its permit until the stream ends, fails or is left', async () => {
    let source = whole;
    class Service {
      @ConcurrencyLimited({ limit: 1 })
      async open(): Promise<AsyncGenerator<string>> {
        return source();
      }
    }
    const service = new Service();
    const first = await service.open();
    expect(await rejectionOf(service.open())).to.have.property('name', 'ConcurrencyLimitError');
    await collect(first);
    source = broken;
    await rejectionOf(collect(await service.open()));
    source = whole;
    for await (const chunk of await service.open()) {
      expect(chunk).to.equal('a');
      break;
    }
    expect(await (await service.open()).next()).to.deep.equal({ value: 'a', done: false });
    expect(await rejectionOf(service.open())).to.have.property('name', 'ConcurrencyLimitError');
  });

  it('decides the outcome of a probe when the stream has ended', async () => {
    const name = uniqueName();
    let source = broken;
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '10s' })
      async open(): Promise<AsyncGenerator<string>> {
        return source();
      }
    }
    const service = new Service();
    await rejectionOf(collect(await service.open()));
    await world.clock.advance('10s');
    source = whole;
    const probe = await service.open();
    expect(circuit(name).state).to.equal('half-open');
    expect(await rejectionOf(service.open())).to.have.property('name', 'CircuitOpenError');
    await collect(probe);
    expect(circuit(name).state).to.equal('closed');
  });

  it('is bound by its time limit until the stream ends, while it is read and while it is not', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    class Service {
      @TimeLimited('3s')
      async open(): Promise<AsyncIterable<string>> {
        return {
          async *[Symbol.asyncIterator]() {
            signals.push(currentSignal());
            yield 'a';
            await new Promise(() => undefined);
          },
        };
      }
    }
    const service = new Service();
    const stream = await service.open();
    const read = rejectionOf(collect(stream));
    await world.clock.advance('3s');
    expect(await read).to.be.instanceOf(TimeLimitError);
    expect(signals[0]).to.have.property('aborted', true);
    const idle = await service.open();
    await world.clock.advance('3s');
    expect(await rejectionOf(collect(idle))).to.be.instanceOf(TimeLimitError);
    expect(world.clock.timers).to.equal(0);
  });

  it('blames nobody if its limit ends a stream that nobody has iterated', async () => {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      @RetryOnTransient()
      @ConcurrencyLimited({ limit: 1 })
      @TimeLimited('3s')
      async open(): Promise<AsyncIterable<string>> {
        return { [Symbol.asyncIterator]: whole };
      }
    }
    const service = new Service();
    await service.open();
    await world.clock.advance('3s');
    expect(world.events.map(({ type }) => type)).to.deep.equal(['time_limited']);
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    const begun = await service.open();
    await begun[Symbol.asyncIterator]().next();
    await world.clock.advance('3s');
    expect(circuit(name).state).to.equal('open');
  });

  it('leaves the object of a fallback as it is, since that may be the answer of every call', async () => {
    const list = { [Symbol.asyncIterator]: whole };
    const ask = CircuitProtected({ circuit: uniqueName(), fallbackOn: 'failure', fallback: () => list })(
      RetryOnTransient({ maxAttempts: 1 })(async (): Promise<typeof list> => {
        throw unavailable();
      }),
    );
    for (let i = 0; i < 2; i++) {
      expect(await ask()).to.equal(list);
      expect(list[Symbol.asyncIterator]).to.equal(whole);
      expect(await collect(list)).to.deep.equal(['a', 'b']);
    }
  });

  it('settles at once for what can be read in other ways', async () => {
    let answer: () => object = () => ({});
    class Service {
      @ConcurrencyLimited({ limit: 1 })
      @TimeLimited('3s')
      async open(): Promise<object> {
        return answer();
      }
    }
    const service = new Service();
    const kinds: (() => object)[] = [
      () => Readable.from(['a']),
      () => new ReadableStream(),
      () => new Response('a'),
      () => Object.freeze({ [Symbol.asyncIterator]: whole }),
      () => ({ data: ['a'], getPaginatedItems: () => ['a'], [Symbol.asyncIterator]: whole }),
    ];
    for (answer of kinds) {
      const value = answer();
      const make = answer;
      answer = () => value;
      expect(await service.open()).to.equal(value);
      answer = make;
    }
    expect(world.clock.timers).to.equal(0);
  });

  it('ends at once when its reader leaves, also while a chunk is pending', async () => {
    let closed = 0;
    class Service {
      @CircuitProtected({ circuit: uniqueName() })
      @ConcurrencyLimited({ limit: 1 })
      @TimeLimited('1m')
      async open(): Promise<AsyncGenerator<string>> {
        return (async function* () {
          const signal = currentSignal();
          try {
            yield 'a';
            await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('ended'))));
          } finally {
            closed += 1;
          }
        })();
      }
    }
    const service = new Service();
    const stream = await service.open();
    await stream.next();
    const pending = stream.next();
    expect(await stream.return('bye')).to.deep.equal({ value: 'bye', done: true });
    expect(await pending).to.deep.equal({ value: undefined, done: true });
    await turn();
    expect(closed).to.equal(1);
    expect(world.clock.timers).to.equal(0);
    await (await service.open()).return(undefined);
  });
});
