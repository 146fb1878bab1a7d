import { expect } from 'chai';
import {
  CircuitProtected,
  circuit,
  ConcurrencyLimited,
  ConfigurationError,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { deferred, httpError, rejectionOf, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

interface Request {
  readonly context: { readonly cancel: AbortSignal };
}

const signal = (request: Request): AbortSignal => request.context.cancel;

describe('A caller’s signal that one decorator says where to find', () => {
  const world = virtualTime();

  function caller() {
    const controller = new AbortController();
    return { request: { context: { cancel: controller.signal } }, leave: () => controller.abort('left') };
  }

  it('is refused if it is something else, before the method runs', async () => {
    let calls = 0;
    const ask = RetryOnTransient({ signal: (controller: AbortController) => controller as unknown as AbortSignal })(
      async (_controller: AbortController) => {
        calls += 1;
        throw httpError(503);
      },
    );
    const refused = await rejectionOf(ask(new AbortController()));
    expect(refused).to.be.instanceOf(ConfigurationError);
    expect((refused as Error).message).to.contain(
      '@RetryOnTransient() signal: expected an AbortSignal or undefined, got a value of type object',
    );
    expect(calls).to.equal(0);
  });

  it('ends a wait at a gate', async () => {
    class Service {
      @RetryOnTransient({ signal })
      @RespectRateLimit()
      async ask(_request: Request): Promise<unknown> {
        throw httpError(429, { headers: { 'retry-after': '5' } });
      }
    }
    const { request, leave } = caller();
    const asked = rejectionOf(new Service().ask(request));
    await world.clock.advance('1s');
    leave();
    expect(await asked).to.equal('left');
    expect(world.clock.timers).to.equal(0);
  });

  it('ends a wait in a queue', async () => {
    const first = deferred();
    class Service {
      @RetryOnTransient({ signal })
      @ConcurrencyLimited({ limit: 1, queue: 1 })
      async ask(_request: Request): Promise<unknown> {
        return first.promise;
      }
    }
    const service = new Service();
    const atWork = service.ask(caller().request);
    const { request, leave } = caller();
    const asked = rejectionOf(service.ask(request));
    leave();
    expect(await asked).to.equal('left');
    first.resolve('answer');
    expect(await atWork).to.equal('answer');
    expect(world.clock.timers).to.equal(0);
  });

  it('ends attempts that run beside each other', async () => {
    class Service {
      @RetryOnTransient({ signal })
      @Hedged({ after: '1s' })
      async ask(_request: Request): Promise<unknown> {
        return deferred().promise;
      }
    }
    const { request, leave } = caller();
    const asked = rejectionOf(new Service().ask(request));
    await world.clock.advance('2s');
    leave();
    expect(await asked).to.equal('left');
    expect(world.clock.timers).to.equal(0);
  });

  it('keeps what he ended himself from the circuit', async () => {
    const name = uniqueName();
    class Service {
      @TimeLimited({ limit: '10s', signal })
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      async ask(request: Request): Promise<unknown> {
        request.context.cancel.throwIfAborted();
        throw httpError(503);
      }
    }
    const { request, leave } = caller();
    leave();
    expect(await rejectionOf(new Service().ask(request))).to.equal('left');
    expect(circuit(name).state).to.equal('closed');
  });

  it('fails the call before anything runs if the function that finds it throws', async () => {
    const name = uniqueName();
    class Service {
      calls = 0;
      @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '10s' })
      @RetryOnTransient({
        signal: () => {
          throw new RangeError('bug');
        },
      })
      @ConcurrencyLimited({ limit: 1 })
      async ask(): Promise<unknown> {
        this.calls += 1;
        throw httpError(503);
      }
    }
    const service = new Service();
    expect(await rejectionOf(service.ask())).to.be.instanceOf(RangeError);
    expect(await rejectionOf(service.ask())).to.be.instanceOf(RangeError);
    expect([service.calls, circuit(name).state]).to.deep.equal([0, 'closed']);
  });
});
