import { expect } from 'chai';
import {
  CircuitProtected,
  ConfigurationError,
  configure,
  DecorationError,
  describe as describeStack,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { contradictionsOfMethods } from '#lib/runtime/checked-methods.js';
import { layers } from '#lib/runtime/runtime.js';
import { rejectionOf, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('A decorated method', () => {
  const world = virtualTime();

  it('has a name and a length that can be redefined, like those of any method', () => {
    class Service {
      @RetryOnTransient()
      async ask(_a: unknown, _b: unknown): Promise<void> {}
    }
    const { ask } = Service.prototype;
    const attributes = { writable: false, enumerable: false, configurable: true };
    expect(Object.getOwnPropertyDescriptor(ask, 'name')).to.deep.equal({ value: 'ask', ...attributes });
    expect(Object.getOwnPropertyDescriptor(ask, 'length')).to.deep.equal({ value: 2, ...attributes });
  });

  for (const self of [undefined, null, 5, 'text']) {
    it(`looks for its class again after a call on ${JSON.stringify(self)}`, async () => {
      class Service {
        @RetryOnTransient({ maxAttempts: 1 })
        async ask(): Promise<void> {
          throw unavailable();
        }
      }
      await rejectionOf(Service.prototype.ask.call(untyped(self)));
      await rejectionOf(new Service().ask());
      expect(world.events.map(({ method }) => method)).to.deep.equal(['ask', 'Service.ask']);
    });
  }

  it('returns what it returns while resilience is switched off, also where that is no promise', () => {
    class Service {
      @untyped(RetryOnTransient())
      ask(word: string): unknown {
        return [this, word];
      }
    }
    const service = new Service();
    const restore = configure({ settings: { resilience: { enabled: false } } });
    const answer = service.ask('x');
    restore();
    expect(answer).to.deep.equal([service, 'x']);
  });

  describe('for which the settings are wrong', () => {
    function service() {
      class Service {
        @RetryOnTransient({ minWait: '4s' })
        async promise(): Promise<string> {
          return 'yes';
        }

        @RetryOnTransient({ minWait: '4s' })
        loose(): Promise<string> {
          return Promise.resolve('yes');
        }

        @RetryOnTransient({ minWait: '4s' })
        async *stream(): AsyncGenerator<string> {
          yield 'yes';
        }
      }
      return new Service();
    }
    type Service = ReturnType<typeof service>;

    for (const [name, call] of [
      ['promise', (made: Service) => made.promise()],
      ['loose', (made: Service) => made.loose()],
      ['stream', (made: Service) => made.stream().next()],
    ] as const) {
      it(`fails as methods of its kind fail: ${name}`, async () => {
        const restore = configure({ settings: { retry: { maxWait: '3s' } } });
        const error = await rejectionOf(call(service()));
        restore();
        expect(error).to.be.instanceOf(ConfigurationError);
        expect((error as ConfigurationError).problems).to.deep.equal([
          `Service.${name}: @RetryOnTransient() minWait: expected at most maxWait (3s), got 4s`,
        ]);
      });
    }
  });

  it('is told of once when new settings do not suit it, however often they have changed before', async () => {
    const name = uniqueName();
    const ask = RetryOnTransient({ minWait: '4s' })(
      { [name]: async (): Promise<void> => {} }[name] as () => Promise<void>,
    );
    await ask();
    const restore = configure({ settings: { retry: { maxAttempts: 2 } } });
    await ask();
    const candidate = { ...layers(), configured: [{ retry: { maxWait: '3s' as const } }] };
    const problems = contradictionsOfMethods(candidate, undefined).filter((problem) => problem.startsWith(name));
    restore();
    expect(problems).to.have.lengthOf(1);
  });

  it('keeps the error of a key that cannot be found as the cause of its own', async () => {
    const cause = new Error('no tenant');
    class Service {
      @CircuitProtected({
        key: () => {
          throw cause;
        },
      })
      async ask(): Promise<void> {}
    }
    const error = await rejectionOf(new Service().ask());
    expect(error).to.be.instanceOf(ConfigurationError).with.property('cause', cause);
  });

  it('is described without a circuit as long as it names none', () => {
    class Service {
      @CircuitProtected()
      async ask(): Promise<void> {}
    }
    expect(describeStack(Service).ask?.[0]?.settings).not.to.have.property('circuit');
  });

  it('tells of a time limit that stands alone as of one around the call', async () => {
    class Service {
      @TimeLimited('1s')
      async ask(): Promise<void> {
        await new Promise(() => undefined);
      }
    }
    const error = rejectionOf(new Service().ask());
    await world.clock.advance('1s');
    await error;
    expect(world.heard('time_limited')[0]).to.include({ reason: 'call' });
  });

  it('is refused for an option that there is not, without a word of what that may have meant', () => {
    expect(() => TimeLimited(untyped({ limt: '1s' }))(async function ask() {}))
      .to.throw(DecorationError)
      .with.property('problems')
      .that.has.lengthOf(1);
  });

  it('may call itself, and catch what it threw because that gave no promise', async () => {
    const refusals: unknown[] = [];
    const ask: (depth: number) => Promise<string> = RetryOnTransient()((depth: number): Promise<string> => {
      if (depth === 2) return untyped('no promise');
      try {
        void ask(depth + 1);
      } catch (refusal) {
        refusals.push(refusal);
      }
      return Promise.resolve(`answer ${depth}`);
    });
    expect(await ask(0)).to.equal('answer 0');
    expect(refusals).to.have.length(1);
    expect(refusals[0]).to.be.instanceOf(DecorationError);
  });

  it('is told how to be written when it certainly is synchronous, also as a plain function', () => {
    expect(() => RetryOnTransient()(untyped(function ask() {}))).to.throw(
      DecorationError,
      /^.*Write: async ask\(…\)$/m,
    );
  });
});
