import { expect } from 'chai';
import { RetryOnTransient } from '#lib/index.js';
import { labelOf } from '#lib/decorators/label.js';
import type { AnyFunction } from '#lib/decorators/types.js';

describe('The name that a method is told by', () => {
  class Base {
    @RetryOnTransient()
    async ask(): Promise<void> {}

    @RetryOnTransient()
    static async all(): Promise<void> {}
  }
  class Derived extends Base {
    override async ask(): Promise<void> {}
  }
  const ask: AnyFunction = Object.getOwnPropertyDescriptor(Base.prototype, 'ask')?.value;
  const all: AnyFunction = Object.getOwnPropertyDescriptor(Base, 'all')?.value;

  it('is that of the class that declares it, however deep it is looked for', () => {
    expect([labelOf(ask, new Base()), labelOf(ask, new Derived()), labelOf(ask, Base.prototype)]).to.deep.equal([
      ...['Base.ask', 'Base.ask', 'Base.ask'],
    ]);
    expect([labelOf(all, Base), labelOf(all, Derived)]).to.deep.equal(['Base.all', 'Base.all']);
  });

  it('is found where the method stands under another name', () => {
    class Alias {}
    Object.defineProperty(Alias.prototype, 'other', { value: ask });
    expect(labelOf(ask, new Alias())).to.equal('Alias.ask');
  });

  it('is that of the nearest class which has a method of this name, where a wrapper hides it', () => {
    class Hiding {
      // A property of the name that is no method does not count.
      count = 1;
      async ask(): Promise<void> {}
    }
    class Below extends Hiding {}
    Object.defineProperty(Below.prototype, 'other', { value: async () => undefined });
    class Above extends Below {}
    const get = (): never => {
      throw new Error('is not to be called');
    };
    Object.defineProperty(Above.prototype, 'ask', { get });
    expect(labelOf(ask, new Below())).to.equal('Hiding.ask');
    expect(labelOf(ask, new Above())).to.equal('Hiding.ask');
    class Again extends Hiding {
      override async ask(): Promise<void> {}
    }
    expect(labelOf(ask, new Again())).to.equal('Again.ask');
  });

  it('goes by what a wrapper has copied outward', () => {
    class Copying {
      async other(): Promise<void> {}
    }
    for (const key of Reflect.getOwnMetadataKeys(ask))
      Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, ask), Copying.prototype.other);
    expect(labelOf(ask, new (class extends Copying {})())).to.equal('Copying.ask');
  });

  it('is found beneath an object that names members which it has not', () => {
    const lying = new Proxy(new Base(), { ownKeys: () => ['ghost'] });
    expect(labelOf(ask, lying)).to.equal('Base.ask');
  });

  it('is that of the class of the object, where nobody has the method', () => {
    class Other {}
    expect([labelOf(ask, new Other()), labelOf(ask, Other), labelOf(ask, {})]).to.deep.equal([
      ...['Other.ask', 'Other.ask', 'Object.ask'],
    ]);
    expect(labelOf(ask, new (class {})())).to.equal('(anonymous).ask');
    expect(labelOf(ask, Object.create(null))).to.equal('(anonymous).ask');
  });

  it('is its own alone without an object, or with one that refuses to be looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const self of [undefined, null, 5, 'text', proxy]) expect(labelOf(ask, self)).to.equal('ask');
  });
});
