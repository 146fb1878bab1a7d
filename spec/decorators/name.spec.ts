import { expect } from 'chai';
import {
  CircuitProtected,
  circuits,
  configure,
  DecorationError,
  describe as describeStack,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('The name that a decorator gives to its method', () => {
  const world = virtualTime();

  it('names it in events, sections, its own circuit and describe, whatever the class is called', async () => {
    const name = uniqueName();
    class Minified {
      @CircuitProtected()
      @RetryOnTransient({ name })
      async q(): Promise<void> {
        throw unavailable();
      }
    }
    const restore = configure({ settings: { methods: { [name]: { retry: { maxAttempts: 1 } } } } });
    await rejectionOf(new Minified().q());
    expect(describeStack(Minified).q?.[1]?.settings.maxAttempts).to.deep.equal({
      value: 1,
      source: 'section',
      from: `methods.${name}.retry`,
    });
    restore();
    expect(world.heard('retry_gave_up').map(({ method }) => method)).to.deep.equal([name]);
    expect(circuits().map((circuit) => circuit.name)).to.include(name);
  });

  it('names a plain function, that of an arrow too', async () => {
    const name = uniqueName();
    await rejectionOf(RetryOnTransient({ name, maxAttempts: 1 })(async () => Promise.reject(unavailable()))());
    expect(world.heard('retry_gave_up').map(({ method }) => method)).to.deep.equal([name]);
  });

  it('leaves the function its own name', () => {
    class Service {
      @RetryOnTransient({ name: uniqueName() })
      async ask(): Promise<void> {}
    }
    expect(new Service().ask.name).to.equal('ask');
  });

  it('may stand in several decorators of a stack, if it is the same', () => {
    const name = uniqueName();
    class Service {
      @TimeLimited({ limit: '20s', name })
      @RetryOnTransient({ name })
      async ask(): Promise<void> {}
    }
    expect(describeStack(Service)).to.have.property('ask');
  });

  it('is refused when the class is defined, if another decorator of the stack gives another', () => {
    const define = () => {
      class Service {
        @TimeLimited({ limit: '20s', name: 'one' })
        @RetryOnTransient({ name: 'two' })
        async ask(): Promise<void> {}
      }
      return Service;
    };
    expect(define).to.throw(
      DecorationError,
      /ask: expected one name for the method, got "one" and "two"\. Write the name in one decorator\./,
    );
  });

  it('is refused if it is empty', () => {
    expect(() => RetryOnTransient({ name: ' ' })(async function ask() {})).to.throw(
      DecorationError,
      'name: expected a name',
    );
  });

  it('stands beside a signal, which all policies of the stack use wherever it is given', async () => {
    const controller = new AbortController();
    const ask = CircuitProtected({ signal: ({ stop }: { stop: AbortSignal }) => stop })(
      RetryOnTransient()(async (_options: { stop: AbortSignal }) => Promise.reject(unavailable())),
    );
    const asked = rejectionOf(ask({ stop: controller.signal }));
    await world.clock.advance('1ms');
    controller.abort('gone');
    expect(await asked).to.equal('gone');
    expect(world.heard('retry_gave_up').map(({ reason }) => reason)).to.deep.equal(['aborted']);
  });

  it('stands beside signal and classify in every decorator', () => {
    const options = { signal: () => undefined, classify: () => 'timeout' as const };
    expect(() => CircuitProtected(options)(async function ask() {})).not.to.throw();
    expect(() => RetryOnTransient({ classify: 'timeout' } as object)(async function ask() {})).to.throw(
      'ask: @RetryOnTransient() classify: expected a function, got "timeout"',
    );
  });
});
