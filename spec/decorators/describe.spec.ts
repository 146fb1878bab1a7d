import { expect } from 'chai';
import { CircuitProtected, configure, describe as describeStack, RetryOnTransient } from '#lib/index.js';
import { loadWithOrigins } from '#lib/settings/load.js';
import { settingsIn } from '#lib/settings/resolve.js';
import { scratch } from '../support/files.js';
import { virtualTime } from '../support/virtual-time.js';

describe('describe', () => {
  virtualTime();
  const files = scratch();

  class Base {
    @CircuitProtected('shared')
    @RetryOnTransient({ maxAttempts: 9 })
    async ask(): Promise<void> {}

    @RetryOnTransient()
    static async all(): Promise<void> {}

    plain(): void {}
  }

  class Derived extends Base {
    @RetryOnTransient()
    async more(): Promise<void> {}
  }

  it('lists the stack of each decorated method, outermost first, inherited and static ones too', () => {
    const stacks = Object.entries(describeStack(Derived)).map(([name, stack]) => [
      name,
      stack.map(({ policy }) => policy),
    ]);
    expect(Object.fromEntries(stacks)).to.deep.equal({
      more: ['RetryOnTransient'],
      ask: ['CircuitProtected', 'RetryOnTransient'],
      all: ['RetryOnTransient'],
    });
  });

  it('says for every value where it came from', () => {
    const restore = configure({
      settings: {
        retry: { maxWait: '20s' },
        methods: { 'Base.ask': { retry: { minWait: '2s' } } },
        circuits: { shared: { circuit: { probes: 4 } } },
      },
    });
    const [circuit, retry] = describeStack(Base).ask ?? [];
    restore();
    expect(retry?.settings).to.deep.equal({
      maxAttempts: { value: 9, source: 'decorator' },
      minWait: { value: '2s', source: 'section', from: 'methods.Base.ask.retry' },
      maxWait: { value: '20s', source: 'configure' },
      jitter: { value: 'full', source: 'default' },
      nested: { value: 'multiply', source: 'default' },
    });
    expect(circuit?.settings).to.deep.include({
      circuit: { value: 'shared', source: 'decorator' },
      probes: { value: 4, source: 'section', from: 'circuits.shared.circuit' },
      failureThreshold: { value: 5, source: 'default' },
    });
  });

  it('lets the most specific layer win: default < file < environment < configure < decorator < section', () => {
    const path = files.write('a.json', { retry: { maxAttempts: 11 } });
    const at = (layer: number): unknown => {
      const loaded = loadWithOrigins({
        env: layer >= 2 ? { RETRY_MAX_ATTEMPTS: '12' } : {},
        ...(layer >= 1 && { file: path }),
      });
      const configured = layer >= 3 ? [{ retry: { maxAttempts: 13 } }, { retry: {} }] : [];
      const section = layer >= 5 ? [{ methods: { a: { retry: { maxAttempts: 15 } } } }] : [];
      const options = layer >= 4 ? { maxAttempts: 14 } : {};
      const layers = { loaded, configured: [...section, ...configured] };
      return settingsIn(layers, { method: 'a' }, { group: 'retry', options }).maxAttempts;
    };
    expect([0, 1, 2, 3, 4, 5].map(at)).to.deep.equal([
      { value: 3, source: 'default' },
      { value: 11, source: 'file', from: path },
      { value: 12, source: 'environment', from: 'RETRY_MAX_ATTEMPTS' },
      { value: 13, source: 'configure' },
      { value: 14, source: 'decorator' },
      { value: 15, source: 'section', from: 'methods.a.retry' },
    ]);
  });

  it('does not describe what a subclass has overridden without decorators', () => {
    class Undecorated extends Base {
      override async ask(): Promise<void> {}
    }
    expect(describeStack(Undecorated)).not.to.have.property('ask');
  });

  it('copes with a class whose name is none, and says what it wants instead of a class', () => {
    class Odd {
      static name = Symbol('no name') as unknown as string;
      @RetryOnTransient()
      async ask(): Promise<void> {}
    }
    expect(describeStack(Odd)).to.have.property('ask');
    expect(() => describeStack(5 as never)).to.throw('describe: expected a class, got 5');
    expect(() => describeStack(new Odd() as never)).to.throw('describe: expected a class, got an object');
  });

  it('is empty for a class without decorators', () => {
    class Bare {
      async ask(): Promise<void> {}
    }
    expect(describeStack(Bare)).to.deep.equal({});
  });

  it('warns of settings that contradict each other, with which every call fails', async () => {
    class Odd {
      @RetryOnTransient({ minWait: '20s' })
      async ask(): Promise<void> {}
    }
    const problem = 'minWait: expected at most maxWait (10s), got 20s';
    expect(describeStack(Odd).ask?.map(({ warnings }) => warnings)).to.deep.equal([[`every call fails: ${problem}`]]);
    expect(await new Odd().ask().catch((error: Error) => error.message)).to.contain(problem);
  });
});
