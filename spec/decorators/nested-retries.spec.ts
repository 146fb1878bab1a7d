import { expect } from 'chai';
import OpenAI from 'openai';
import { CircuitProtected, configure, RetryOnTransient } from '#lib/index.js';
import { instantRetries } from '#lib/testing/index.js';
import { library, runProgram } from '../support/program.js';
import { useServer } from '../support/sdks.js';
import { fail, rejectionOf, succeed, Upstream, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('A retried method that calls another retried method', () => {
  const world = virtualTime();
  let restore: () => void;
  beforeEach(() => {
    restore = instantRetries();
  });
  afterEach(() => restore());

  /** Classes of its own for each test, because each pair of methods is told of once. */
  function layersOver(upstream: Upstream, nested: 'multiply' | 'outer-only' | 'inner-only' = 'multiply') {
    class Inner {
      @RetryOnTransient()
      async fetch(): Promise<unknown> {
        return upstream.ask();
      }

      @RetryOnTransient()
      async *stream(): AsyncGenerator<unknown> {
        yield await upstream.ask();
      }

      @RetryOnTransient({ retryOnResult: (value) => value === PENDING })
      async poll(): Promise<unknown> {
        return upstream.ask();
      }
    }
    class Outer {
      readonly inner = new Inner();

      @RetryOnTransient({ nested })
      async ask(): Promise<unknown> {
        return this.inner.fetch();
      }

      @RetryOnTransient({ nested })
      async askWrapped(): Promise<unknown> {
        try {
          return await this.inner.fetch();
        } catch (cause) {
          throw new Error('secret', { cause });
        }
      }

      @RetryOnTransient({ nested })
      async *stream(): AsyncGenerator<unknown> {
        yield* this.inner.stream();
      }

      @RetryOnTransient({ nested, retryOnResult: (value) => value === PENDING })
      async poll(): Promise<unknown> {
        return this.inner.poll();
      }

      @RetryOnTransient({ nested })
      async askByHand(): Promise<unknown> {
        return upstream.ask();
      }

      @RetryOnTransient({ nested, maxAttempts: 1 })
      async askOnce(): Promise<unknown> {
        return this.inner.fetch();
      }
    }
    class Outermost {
      readonly outer = new Outer();

      @RetryOnTransient({ maxAttempts: 2 })
      async ask(): Promise<unknown> {
        return this.outer.ask();
      }
    }
    return { Inner, Outer, Outermost };
  }

  const PENDING = { state: 'pending' };

  async function readAll(stream: AsyncGenerator<unknown>): Promise<unknown[]> {
    const chunks: unknown[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  it('is reported once, with the multiplication and what to write', async () => {
    const upstream = new Upstream(fail());
    const { Outer } = layersOver(upstream);
    await rejectionOf(new Outer().ask());
    expect(upstream.calls).to.equal(9);
    await rejectionOf(new Outer().ask());
    expect(world.heard('retries_multiplied')).to.deep.equal([
      {
        type: 'retries_multiplied',
        method: 'Outer.ask',
        requests: 9,
        reason:
          'attempts multiply: Outer.ask (3) calls Inner.fetch (3), so one call may send 3 x 3 = 9 requests; ' +
          "write @RetryOnTransient({ nested: 'outer-only' }) or 'inner-only' on Outer.ask, or let only one of them retry",
      },
    ]);
  });

  it('is told of when the outer one has repeated, whether or not that helped in the end', async () => {
    const upstream = new Upstream(fail(), fail(), fail(), fail(), fail(), fail(), succeed());
    const { Outer } = layersOver(upstream);
    await new Outer().ask();
    expect(world.events.map(({ type, method }) => `${type} ${method}`)).to.deep.equal([
      ...['retry_scheduled Inner.fetch', 'retry_scheduled Inner.fetch', 'retry_gave_up Inner.fetch'],
      'retry_scheduled Outer.ask',
      ...['retry_scheduled Inner.fetch', 'retry_scheduled Inner.fetch', 'retry_gave_up Inner.fetch'],
      ...['retries_multiplied Outer.ask', 'retry_scheduled Outer.ask'],
    ]);
  });

  it('is told of once for each pair, and of the product of all that were seen beneath', async () => {
    const upstream = new Upstream(fail());
    const { Outermost } = layersOver(upstream);
    await rejectionOf(new Outermost().ask());
    await rejectionOf(new Outermost().ask());
    expect(upstream.calls).to.equal(36);
    const told = world.heard('retries_multiplied');
    expect(told.map(({ method, requests }) => [method, requests])).to.deep.equal([
      ['Outer.ask', 9],
      ['Outermost.ask', 18],
    ]);
    expect(told[1]?.reason).to.contain(
      'Outermost.ask (2) calls Outer.ask (3) calls Inner.fetch (3), so one call may send 2 x 3 x 3 = 18 requests',
    );
  });

  it('is found through the cause of an error, in streams, and by a result that was not wanted', async () => {
    const { Outer } = layersOver(new Upstream(fail()));
    await rejectionOf(new Outer().askWrapped());
    await rejectionOf(readAll(new Outer().stream()));
    const { Outer: Poller } = layersOver(new Upstream(succeed(PENDING)));
    expect(await new Poller().poll()).to.equal(PENDING);
    expect(world.heard('retries_multiplied').map(({ reason }) => / \w+\.\w+ \(3\) calls \w+\.\w+/.exec(reason)?.[0]))
      .to.deep //
      .equal([
        ' Outer.askWrapped (3) calls Inner.fetch',
        ' Outer.stream (3) calls Inner.stream',
        ' Outer.poll (3) calls Inner.poll',
      ]);
  });

  it('says nothing where one of them makes one attempt, fails by itself, or does well', async () => {
    const { Outer } = layersOver(new Upstream(fail()));
    await rejectionOf(new Outer().askOnce());
    await rejectionOf(new Outer().askByHand());
    const { Outer: Lucky } = layersOver(new Upstream(fail(), succeed()));
    await new Lucky().ask();
    expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
  });

  it('says nothing of what a third one has spent, when that is caught', async () => {
    const { Inner } = layersOver(new Upstream(fail()));
    class Careful {
      @RetryOnTransient()
      async ask(): Promise<unknown> {
        await rejectionOf(new Inner().fetch());
        throw unavailable();
      }
    }
    await rejectionOf(new Careful().ask());
    expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
  });

  it('says nothing of what one attempt came back from, and looks through it from further out', async () => {
    const { Inner, Outer } = layersOver(new Upstream(fail()));
    class Once {
      @RetryOnTransient({ maxAttempts: 1 })
      async *stream(): AsyncGenerator<unknown> {
        yield* new Inner().stream();
      }
    }
    await rejectionOf(readAll(new Once().stream()));
    expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
    class Further {
      @RetryOnTransient({ maxAttempts: 2 })
      async ask(): Promise<unknown> {
        return new Outer().askOnce();
      }
    }
    await rejectionOf(new Further().ask());
    expect(world.heard('retries_multiplied').map(({ reason }) => reason?.split(',')[0])).to.deep.equal([
      'attempts multiply: Further.ask (2) calls Inner.fetch (3)',
    ]);
  });

  it('takes the attempts in effect, whatever layer they come from', async () => {
    const undo = configure({
      settings: { retry: { maxAttempts: 4 }, methods: { 'Outer.ask': { retry: { maxAttempts: 2 } } } },
    });
    const { Outer } = layersOver(new Upstream(fail()));
    await rejectionOf(new Outer().ask());
    undo();
    expect(world.heard('retries_multiplied').map(({ requests }) => requests)).to.deep.equal([8]);
  });

  describe("with nested: 'outer-only'", () => {
    it('lets the inner one make one attempt, which says why it does not repeat', async () => {
      const upstream = new Upstream(fail());
      const { Outer } = layersOver(upstream, 'outer-only');
      await rejectionOf(new Outer().ask());
      expect(upstream.calls).to.equal(3);
      expect(world.heard('retry_gave_up').map(({ method, reason, attempt }) => [method, reason, attempt]))
        .to.deep //
        .equal([
          ['Inner.fetch', 'nested', 1],
          ['Inner.fetch', 'nested', 1],
          ['Inner.fetch', 'nested', 1],
          ['Outer.ask', 'attempts', 3],
        ]);
      expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
    });

    it('holds for streams', async () => {
      const upstream = new Upstream(fail(), fail(), succeed('chunk'));
      const { Outer } = layersOver(upstream, 'outer-only');
      expect(await readAll(new Outer().stream())).to.deep.equal(['chunk']);
      expect(upstream.calls).to.equal(3);
      const down = new Upstream(fail());
      await rejectionOf(readAll(new (layersOver(down, 'outer-only').Outer)().stream()));
      expect(down.calls).to.equal(3);
    });

    it('holds for results that were not wanted', async () => {
      const upstream = new Upstream(succeed(PENDING));
      const { Outer } = layersOver(upstream, 'outer-only');
      expect(await new Outer().poll()).to.equal(PENDING);
      expect(upstream.calls).to.equal(3);
    });

    it('holds for whatever is called within, through every layer, and for nothing else', async () => {
      const upstream = new Upstream(fail());
      const { Outer, Inner } = layersOver(upstream);
      class Leader {
        @CircuitProtected({ failureThreshold: 100 })
        @RetryOnTransient({ nested: 'outer-only', maxAttempts: 2 })
        async ask(): Promise<unknown> {
          await new Promise((resolve) => setImmediate(resolve));
          return new Outer().ask();
        }
      }
      const [led] = await Promise.all([rejectionOf(new Leader().ask()), rejectionOf(new Inner().fetch())]);
      expect(led).to.be.an('error');
      expect(upstream.calls).to.equal(2 + 3);
      await rejectionOf(new Inner().fetch());
      expect(upstream.calls).to.equal(2 + 3 + 3);
    });

    it('lets what was left running retry by itself when the outer call is over', async () => {
      const upstream = new Upstream(fail());
      const { Inner } = layersOver(upstream);
      let later: Promise<unknown> | undefined;
      let goOn: () => void = () => undefined;
      class Leader {
        @RetryOnTransient({ nested: 'outer-only' })
        async ask(): Promise<void> {
          later = new Promise<void>((resolve) => {
            goOn = resolve;
          }).then(() => rejectionOf(new Inner().fetch()));
        }
      }
      await new Leader().ask();
      // Another call keeps the context alive in the process.
      const other = new Promise<void>((resolve) => setImmediate(resolve));
      class Busy {
        @RetryOnTransient({ nested: 'outer-only' })
        async ask(): Promise<void> {
          goOn();
          await other;
        }
      }
      await new Busy().ask();
      await later;
      expect(upstream.calls).to.equal(3);
    });

    it('leaves the promises of the process alone when no such call is at work', async () => {
      const { stdout } = await runProgram(
        `import { executionAsyncId } from 'node:async_hooks';
        import { RetryOnTransient } from ${library('index.js')};
        const isTracked = async () => { await null; return executionAsyncId() > 0; };
        const seen = [await isTracked()];
        let end;
        const held = new Promise((resolve) => { end = resolve; });
        const call = RetryOnTransient({ nested: 'outer-only' })(async () => held);
        const calls = [call(), call()];
        seen.push(await isTracked());
        end();
        await Promise.all(calls);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(await isTracked());
        console.log(JSON.stringify(seen));`,
      );
      // From Node 24 on it needs no hook at all.
      const isSlow = Number(process.versions.node.split('.')[0]) < 24;
      expect(JSON.parse(stdout)).to.deep.equal([false, isSlow, false]);
    });

    it('is no reason for what makes one attempt anyway', async () => {
      class Leader {
        @RetryOnTransient({ nested: 'outer-only', maxAttempts: 2 })
        async ask(): Promise<unknown> {
          return new Outer().askByHandOnce();
        }
      }
      class Outer {
        @RetryOnTransient({ maxAttempts: 1 })
        async askByHandOnce(): Promise<unknown> {
          throw unavailable();
        }
      }
      await rejectionOf(new Leader().ask());
      expect(world.heard('retry_gave_up').map(({ reason }) => reason)).to.deep.equal(Array(3).fill('attempts'));
    });

    it('can be set for one method from outside', async () => {
      const undo = configure({ settings: { methods: { 'Outer.ask': { retry: { nested: 'outer-only' } } } } });
      const upstream = new Upstream(fail());
      const { Outer } = layersOver(upstream);
      await rejectionOf(new Outer().ask());
      undo();
      expect(upstream.calls).to.equal(3);
    });
  });

  describe("with nested: 'inner-only'", () => {
    it('takes what the inner one gave up on for final, and says so', async () => {
      const upstream = new Upstream(fail());
      const { Outer } = layersOver(upstream, 'inner-only');
      await rejectionOf(new Outer().ask());
      expect(upstream.calls).to.equal(3);
      expect(world.heard('retry_gave_up').map(({ method, reason, attempt }) => [method, reason, attempt]))
        .to.deep //
        .equal([
          ['Inner.fetch', 'attempts', 3],
          ['Outer.ask', 'nested', 1],
        ]);
      expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
    });

    it('still repeats what is its own', async () => {
      const upstream = new Upstream(fail());
      const { Outer } = layersOver(upstream, 'inner-only');
      await rejectionOf(new Outer().askByHand());
      expect(upstream.calls).to.equal(3);
    });

    it('holds for streams and for results that were not wanted', async () => {
      const upstream = new Upstream(fail());
      await rejectionOf(readAll(new (layersOver(upstream, 'inner-only').Outer)().stream()));
      expect(upstream.calls).to.equal(3);
      const pending = new Upstream(succeed(PENDING));
      expect(await new (layersOver(pending, 'inner-only').Outer)().poll()).to.equal(PENDING);
      expect(pending.calls).to.equal(3);
    });
  });
});

describe('A retried method of an object that holds a client with retries of its own', () => {
  const world = virtualTime();
  const upstream = useServer();
  let restore: () => void;
  beforeEach(() => {
    restore = instantRetries();
  });
  afterEach(() => restore());

  class Stub {
    constructor(readonly maxRetries: unknown) {}
  }

  function askerOf(client: unknown) {
    class Asker {
      readonly client = client;

      @RetryOnTransient()
      async ask(): Promise<void> {}

      @RetryOnTransient({ maxAttempts: 1 })
      async askOnce(): Promise<void> {}

      @RetryOnTransient()
      async *stream(): AsyncGenerator<string> {
        yield 'chunk';
      }
    }
    return new Asker();
  }

  it('is told of once: three attempts of three requests are nine', async () => {
    class Asker {
      readonly client = new OpenAI({
        apiKey: 'sk-test',
        baseURL: upstream.server.baseUrl,
        maxRetries: 2,
        logLevel: 'off',
      });

      @RetryOnTransient()
      async models(): Promise<unknown> {
        return this.client.models.list();
      }
    }
    upstream.server.always({ type: 'status', status: 503, headers: { 'retry-after-ms': '1' } });
    const asker = new Asker();
    await rejectionOf(asker.models());
    expect(upstream.server.count).to.equal(9);
    expect(world.heard('retries_multiplied')).to.deep.equal([
      {
        type: 'retries_multiplied',
        method: 'Asker.models',
        requests: 9,
        reason:
          'attempts multiply: Asker.models (3) calls the OpenAI client with maxRetries 2 (3), so one call may send ' +
          '3 x 3 = 9 requests; write new OpenAI({ maxRetries: 0 })',
      },
    ]);
    await rejectionOf(asker.models());
    expect(world.heard('retries_multiplied')).to.have.lengthOf(1);
  });

  it('is told of at the first call, before anything fails, for each method that retries', async () => {
    const asker = askerOf(new Stub(1));
    await asker.ask();
    await asker.askOnce();
    for await (const _chunk of asker.stream());
    configure({})();
    await asker.ask();
    expect(world.heard('retries_multiplied').map(({ method, requests }) => [method, requests])).to.deep.equal([
      ['Asker.ask', 6],
      ['Asker.stream', 6],
    ]);
  });

  it('is told of when a call fails, where another object or a client made later was not looked at before', async () => {
    class Lazy {
      client: Stub | undefined;

      @RetryOnTransient()
      async ask(): Promise<void> {
        this.client ??= new Stub(2);
        throw unavailable();
      }
    }
    await rejectionOf(new Lazy().ask());
    expect(world.events[0]?.type).to.equal('retries_multiplied');
    expect(world.heard('retries_multiplied').map(({ requests }) => requests)).to.deep.equal([9]);
    await rejectionOf(new Lazy().ask());
    expect(world.heard('retries_multiplied')).to.have.lengthOf(2);
  });

  it('counts in what a method further out multiplies', async () => {
    class Inner {
      readonly client = new Stub(1);
      @RetryOnTransient({ maxAttempts: 2 })
      async fetch(): Promise<void> {
        throw unavailable();
      }
    }
    class Outer {
      readonly #inner = new Inner();
      @RetryOnTransient()
      async ask(): Promise<void> {
        await this.#inner.fetch();
      }
    }
    await rejectionOf(new Outer().ask());
    expect(world.heard('retries_multiplied').map(({ method, requests }) => [method, requests])).to.deep.equal([
      ['Inner.fetch', 4],
      ['Outer.ask', 12],
    ]);
  });

  it('counts in one of several clients, since a request goes through one of them', async () => {
    class Inner {
      readonly one = new Stub(1);
      readonly other = new Stub(4);
      @RetryOnTransient({ maxAttempts: 2 })
      async fetch(): Promise<void> {
        throw unavailable();
      }
    }
    const inner = new Inner();
    await rejectionOf(RetryOnTransient()(async () => inner.fetch())());
    const requests = world.heard('retries_multiplied').map((event) => event.requests);
    expect(requests).to.have.members([2 * 2, 2 * 5, 3 * 2 * 2]);
  });

  it('is found on the class itself, for a static method', async () => {
    class Asker {
      static readonly client = new Stub(2);
      @RetryOnTransient()
      static async ask(): Promise<void> {}
    }
    await Asker.ask();
    expect(world.heard('retries_multiplied').map(({ method }) => method)).to.deep.equal(['Asker.ask']);
  });

  for (const [what, value] of [
    ['a client that retries nothing', new Stub(0)],
    ['a number of retries that is none', new Stub('2')],
    ['more retries than can be counted', new Stub(Number.POSITIVE_INFINITY)],
    ['an object of options', { maxRetries: 2 }],
    ['an object without a class', Object.assign(Object.create(null), { maxRetries: 2 })],
    ['nothing', null],
  ] as const) {
    it(`says nothing of ${what}`, async () => {
      await askerOf(value).ask();
      expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
    });
  }

  it('survives objects that do not want to be looked at, and runs no getter of the object itself', async () => {
    const grudge = (): never => {
      throw new Error('do not look');
    };
    let asked = 0;
    const hostile = new Proxy({}, { get: grudge, getPrototypeOf: grudge, ownKeys: grudge });
    const asker = Object.defineProperty(askerOf(hostile), 'lazy', {
      enumerable: true,
      get: () => {
        asked += 1;
        return new Stub(2);
      },
    });
    await asker.ask();
    const proxied = new Proxy(askerOf(new Stub(2)), { ownKeys: grudge, getOwnPropertyDescriptor: grudge });
    await proxied.ask();
    expect(asked).to.equal(0);
    expect(world.heard('retries_multiplied')).to.have.lengthOf(0);
  });

  it('names no class whose name could be anything', async () => {
    const client = new Stub(2);
    Object.defineProperty(client, 'constructor', { value: { name: 'the secret of <mail@example.org>' } });
    await askerOf(client).ask();
    expect(world.heard('retries_multiplied')[0]?.reason).to.equal(
      'attempts multiply: Asker.ask (3) calls the client with maxRetries 2 (3), so one call may send 3 x 3 = 9 ' +
        'requests; write maxRetries: 0 for it',
    );
  });
});
