import { expect } from 'chai';
import { CircuitProtected, describe as describeStack, RetryOnTransient } from '#lib/index.js';
import { rejectionOf, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const mark = Symbol('mark');

// oxlint-disable-next-line typescript/no-explicit-any -- decorators of other libraries have types of their own
const untyped = (decorator: unknown): any => decorator;

describe('A decorated method', () => {
  const world = virtualTime();

  class Base {
    readonly #secret = 41;
    protected label = 'base';

    @CircuitProtected()
    @RetryOnTransient()
    async add(n: number, _other?: string): Promise<number> {
      return this.#secret + n;
    }

    @RetryOnTransient()
    async name(): Promise<string> {
      return this.label;
    }

    @RetryOnTransient()
    static async create<T extends Base>(this: new () => T): Promise<T> {
      return new this();
    }

    @RetryOnTransient({ maxAttempts: 1 })
    async fail(): Promise<void> {
      throw unavailable();
    }

    @RetryOnTransient({ maxAttempts: 1 })
    static async failAll(): Promise<void> {
      throw unavailable();
    }

    @RetryOnTransient()
    async [mark](): Promise<string> {
      return 'symbol';
    }

    @RetryOnTransient()
    // A promise all the same.
    later(value: number): Promise<number> {
      return Promise.resolve(value);
    }
  }

  class Derived extends Base {
    protected override label = 'derived';

    override async name(): Promise<string> {
      return `${await super.name()}!`;
    }
  }

  it('keeps this, also for #private members', async () => {
    expect(await new Base().add(1)).to.equal(42);
  });

  it('keeps its name and length', () => {
    expect(Base.prototype.add.name).to.equal('add');
    expect(Base.prototype.add).to.have.lengthOf(2);
    expect(Base.create.name).to.equal('create');
  });

  it('stays out of enumeration, writable and configurable like any method', () => {
    expect(Object.getOwnPropertyDescriptor(Base.prototype, 'add')).to.include({
      enumerable: false,
      writable: true,
      configurable: true,
    });
    expect(Object.keys(new Base())).not.to.include('add');
  });

  it('cannot be called with new, like any method', () => {
    const method = Base.prototype.add as unknown as new () => unknown;
    expect(() => new method()).to.throw(TypeError);
    expect(Object.hasOwn(method, 'prototype')).to.equal(false);
  });

  it('can be static, and is called on the class that it was called on', async () => {
    expect(await Derived.create()).to.be.instanceOf(Derived);
  });

  it('can be called by super', async () => {
    expect(await new Derived().name()).to.equal('derived!');
  });

  it('can be named by a symbol', async () => {
    expect(await new Base()[mark]()).to.equal('symbol');
  });

  it('may return a promise without being declared async', async () => {
    expect(await new Base().later(7)).to.equal(7);
  });

  it('is told of as Class.method, also when it is static or called on a subclass', async () => {
    await rejectionOf(new Base().fail());
    await rejectionOf(Base.failAll());
    await rejectionOf(new Derived().fail());
    expect(world.events.map((event) => event.method)).to.deep.equal(['Base.fail', 'Base.failAll', 'Base.fail']);
  });

  it('reports the class that declares it when it is first called on a subclass', async () => {
    class Parent {
      @RetryOnTransient({ maxAttempts: 1 })
      async ask(): Promise<void> {
        throw unavailable();
      }
    }
    class Child extends Parent {
      override async ask(): Promise<void> {
        return super.ask();
      }
    }
    await rejectionOf(new Child().ask());
    expect(world.events[0]?.method).to.equal('Parent.ask');
  });

  it('returns a promise of the language, whatever kind of promise it was given', async () => {
    class Special<T> extends Promise<T> {}
    class Service {
      @RetryOnTransient()
      ask(): Promise<string> {
        return Special.resolve('special');
      }

      @RetryOnTransient()
      thenable(): Promise<string> {
        // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is tried
        return { then: (done: (value: string) => void) => done('thenable') } as unknown as Promise<string>;
      }
    }
    const asked = new Service().ask();
    expect(asked.constructor).to.equal(Promise);
    expect(await asked).to.equal('special');
    expect(await new Service().thenable()).to.equal('thenable');
  });

  it('turns an error thrown at once into a rejection', async () => {
    const error = new RangeError('at once');
    class Service {
      @RetryOnTransient()
      ask(): Promise<string> {
        throw error;
      }
    }
    expect(await rejectionOf(new Service().ask())).to.equal(error);
  });

  it('keeps metadata that other decorators noted on the function, on both sides', async () => {
    const note = (key: string) => (fn: unknown, _context?: unknown, descriptor?: PropertyDescriptor) =>
      Reflect.defineMetadata(key, true, (descriptor ? descriptor.value : fn) as object);
    class Service {
      @untyped(note('outside'))
      @CircuitProtected()
      @RetryOnTransient()
      @untyped(note('inside'))
      async ask(): Promise<void> {}
    }
    const { ask } = Service.prototype;
    expect([Reflect.getMetadata('outside', ask), Reflect.getMetadata('inside', ask)]).to.deep.equal([true, true]);
  });

  it("calls another library's wrapper that stands in between", async () => {
    const seen: string[] = [];
    const traced = (value: unknown, _context: unknown, descriptor?: PropertyDescriptor): unknown => {
      const inner = (descriptor ? descriptor.value : value) as (...args: unknown[]) => Promise<unknown>;
      async function outer(this: unknown, ...args: unknown[]): Promise<unknown> {
        seen.push('traced');
        return inner.apply(this, args);
      }
      for (const key of Reflect.getMetadataKeys(inner))
        Reflect.defineMetadata(key, Reflect.getMetadata(key, inner), outer);
      return descriptor ? { ...descriptor, value: outer } : outer;
    };
    class Service {
      @CircuitProtected()
      @untyped(traced)
      @RetryOnTransient()
      async ask(): Promise<string> {
        return 'answer';
      }
    }
    expect(await new Service().ask()).to.equal('answer');
    expect(seen).to.deep.equal(['traced']);
    expect(Service.prototype.ask.name).to.equal('ask');
    expect(Object.values(describeStack(Service)).map((stack) => stack.map(({ policy }) => policy))).to.deep.equal([
      ['CircuitProtected', 'RetryOnTransient'],
    ]);
    expect(() => {
      class Wrong {
        @RetryOnTransient()
        @untyped(traced)
        @CircuitProtected()
        async ask(): Promise<void> {}
      }
      return Wrong;
    }).to.throw('stands above @CircuitProtected()');
  });
});
