import { expect } from 'chai';
import type { CallObserver } from '#lib/call/observer.js';
import { Coalesced, inspect, type MethodStats, RateLimited, RetryOnTransient } from '#lib/index.js';
import { variantOf } from '#lib/policy/index.js';
import { observeCalls } from '#lib/runtime/observers.js';
import { httpError, rejectionOf, turn, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

type Body = (...args: unknown[]) => Promise<unknown>;

describe('inspect, where a call has several parts', () => {
  const world = virtualTime();

  function statsOf(method: string): MethodStats {
    const found = inspect().methods.find((one) => one.method === method);
    if (!found) throw new Error(`${method} is not counted`);
    return found;
  }

  function named(name: string, body: Body): Body {
    return { [name]: async (...args: unknown[]) => body(...args) }[name] as Body;
  }

  const isCounted = (method: string): boolean => inspect().methods.some((one) => one.method === method);

  it('counts what its own limit rejected as refused, and what came after the wait by how it ended', async () => {
    const name = uniqueName();
    const ask = RateLimited({ limit: 1, per: '1s', maxWait: '1s' })(
      named(name, async () => {
        throw httpError(429, { headers: { 'retry-after': '9' } });
      }),
    );
    const first = rejectionOf(ask());
    const second = rejectionOf(ask());
    const third = rejectionOf(ask());
    await world.clock.advance('1s');
    await Promise.all([first, second, third]);
    const { started, attempts, calls } = statsOf(name);
    expect({ started, attempts }).to.deep.equal({ started: 3, attempts: 2 });
    expect(calls).to.deep.equal([
      { outcome: 'failure', errorType: 'rate-limited', count: 2 },
      { outcome: 'refused', errorType: 'rate-limit-wait', count: 1 },
    ]);
  });

  it('counts each caller of a call that several share, and its attempts once', async () => {
    const name = uniqueName();
    let left = 1;
    const ask = Coalesced({ key: () => 'one' })(
      RetryOnTransient()(
        named(name, async () => {
          if (left-- > 0) throw unavailable();
          return 'shared';
        }),
      ),
    ) as Body;
    const { signal } = new AbortController();
    const asking = [ask({ signal }), ask({ signal }), ask()];
    await turn();
    await world.clock.advance('10s');
    expect(await Promise.all(asking)).to.deep.equal(['shared', 'shared', 'shared']);
    const { started, attempts, recovered, calls } = statsOf(name);
    expect({ started, attempts, recovered }).to.deep.equal({ started: 3, attempts: 2, recovered: 1 });
    expect(calls).to.deep.equal([{ outcome: 'success', count: 3 }]);
  });

  it('counts every caller of a shared call that failed with a rate limit as failed, not as refused', async () => {
    const name = uniqueName();
    const ask = Coalesced({ key: () => 'one' })(
      named(name, async () => {
        await turn();
        throw httpError(429, { headers: { 'retry-after': '9' } });
      }),
    );
    await Promise.all([rejectionOf(ask()), rejectionOf(ask())]);
    expect(statsOf(name).calls).to.deep.equal([{ outcome: 'failure', errorType: 'rate-limited', count: 2 }]);
  });

  it('leaves the calls of a step to the method that it is a step of', async () => {
    const limited = variantOf(RateLimited, { defaults: {}, isStep: true });
    const [outer, inner] = [uniqueName(), uniqueName()];
    const step = limited({ limit: 10, per: '1s' })(
      named(inner, async () => {
        throw httpError(400);
      }),
    ) as Body;
    const ask = RetryOnTransient()(named(outer, step));
    const watched: string[] = [];
    const observer: CallObserver = {
      begin: (method) => {
        watched.push(method);
        return undefined;
      },
    };
    const stop = observeCalls(observer);
    await rejectionOf(ask());
    stop();
    expect(watched).to.deep.equal([outer]);
    expect(world.ends.map(({ method }) => method)).to.deep.equal([outer]);
    expect(isCounted(inner)).to.equal(false);
    expect(statsOf(outer)).to.deep.include({ started: 1, attempts: 1 });
  });

  it("counts a method that another library's wrapper divides once, with the attempts of the inner part", async () => {
    const name = uniqueName();
    let left = 2;
    const inner = RetryOnTransient({ name })(async () => {
      if (left-- > 0) throw unavailable();
      return 'answer';
    });
    // Copies the metadata outward, as Nest's own decorators do.
    const foreign = async (): Promise<unknown> => inner();
    for (const key of Reflect.getOwnMetadataKeys(inner))
      Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, inner), foreign);
    const ask = Coalesced({ name, key: () => 'one' })(foreign);
    const asking = ask();
    await turn();
    await world.clock.advance('10s');
    expect(await asking).to.equal('answer');
    const { started, attempts, calls } = statsOf(name);
    expect({ started, attempts }).to.deep.equal({ started: 1, attempts: 3 });
    expect(calls).to.deep.equal([{ outcome: 'success', count: 1 }]);
  });
});
