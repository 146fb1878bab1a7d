import { expect } from 'chai';
import { CircuitProtected, type CircuitOptions, circuit, RetryOnTransient } from '#lib/index.js';
import { httpError, rejection, rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('@CircuitProtected with failureOn and failureOnResult', () => {
  const world = virtualTime();

  function serviceWith(options: CircuitOptions) {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 2, recoveryTimeout: '10s', ...options })
      async ask(answer: unknown, _signal?: AbortSignal): Promise<unknown> {
        if (answer instanceof Error) throw answer;
        return answer;
      }
    }
    return { service: new Service(), state: () => circuit(name).state, name };
  }

  it('counts what failureOn widens to, and hands it the failure and the error', async () => {
    const asked: unknown[] = [];
    const error = httpError(429);
    const { service, state } = serviceWith({
      failureOn: (failure, thrown) => asked.push([failure.kind, thrown]) > 0 && failure.kind === 'rate-limited',
    });
    await rejectionOf(service.ask(error));
    await rejectionOf(service.ask(error));
    expect(state()).to.equal('open');
    expect(asked).to.deep.equal([
      ['rate-limited', error],
      ['rate-limited', error],
    ]);
  });

  it('ignores what failureOn narrows away', async () => {
    const { service, state } = serviceWith({ failureOn: ({ kind }) => kind === 'network' });
    for (let i = 0; i < 5; i++) await rejectionOf(service.ask(unavailable()));
    expect(state()).to.equal('closed');
  });

  it('closes on a rejected probe as before, unless failureOn counts it', async () => {
    const { service, state } = serviceWith({ failureOn: ({ kind }) => kind === 'server' });
    for (let i = 0; i < 2; i++) await rejectionOf(service.ask(unavailable()));
    await world.clock.advance('10s');
    await rejectionOf(service.ask(rejection()));
    expect(state()).to.equal('closed');
  });

  it('never counts a call that the caller has cancelled', async () => {
    const { service, state } = serviceWith({ failureOn: () => true, failureThreshold: 1 });
    await rejectionOf(service.ask(unavailable(), AbortSignal.abort()));
    expect(state()).to.equal('closed');
  });

  it('lets its fallback answer for refusals of its own, and not for those of a circuit further in', async () => {
    const { service, name } = serviceWith({});
    const outer = CircuitProtected({ circuit: uniqueName(), fallback: 'sorry' })(async () => service.ask('answer'));
    const named = CircuitProtected({ circuit: name, fallback: 'sorry' })(async (): Promise<unknown> => {
      throw Object.assign(unavailable(), { circuit: name });
    });
    expect(await rejectionOf(named())).to.have.property('status', 503);
    circuit(name).isolate();
    expect(await rejectionOf(outer())).to.include({ name: 'CircuitOpenError', circuit: name });
  });

  it('counts results that failureOnResult names, and returns them', async () => {
    const { service, state } = serviceWith({ failureOnResult: (value) => value === 'degraded' });
    expect(await service.ask('degraded')).to.equal('degraded');
    expect(await service.ask('fine')).to.equal('fine');
    expect(await service.ask('degraded')).to.equal('degraded');
    expect(state()).to.equal('closed');
    expect(await service.ask('degraded')).to.equal('degraded');
    expect(state()).to.equal('open');
    expect(world.heard('circuit_opened')[0]).to.include({ reason: 'failures' });
  });

  for (const [what, options, answer] of [
    [
      'failureOn',
      {
        failureOn: () => {
          throw new RangeError('bug');
        },
      },
      unavailable(),
    ],
    [
      'failureOnResult',
      {
        failureOnResult: () => {
          throw new RangeError('bug');
        },
      },
      'answer',
    ],
  ] as const) {
    it(`hands on what ${what} throws, and gives the lease of a probe back`, async () => {
      const { service, state, name } = serviceWith(options);
      circuit(name).isolate();
      circuit(name).reset();
      const narrow = serviceWith({ failureThreshold: 1 });
      await rejectionOf(narrow.service.ask(unavailable()));
      expect(narrow.state()).to.equal('open');
      expect(await rejectionOf(service.ask(answer))).to.be.instanceOf(RangeError);
      expect(state()).to.equal('closed');
    });
  }

  it('gives the lease of a probe back when failureOn throws for it', async () => {
    const name = uniqueName();
    let broken = false;
    class Service {
      @CircuitProtected({
        circuit: name,
        failureThreshold: 1,
        recoveryTimeout: '10s',
        failureOn: () => {
          if (broken) throw new RangeError('bug');
          return true;
        },
      })
      async ask(isUp: boolean): Promise<string> {
        if (!isUp) throw unavailable();
        return 'answer';
      }
    }
    const service = new Service();
    await rejectionOf(service.ask(false));
    await world.clock.advance('10s');
    broken = true;
    expect(await rejectionOf(service.ask(false))).to.be.instanceOf(RangeError);
    expect(circuit(name).state).to.equal('half-open');
    expect(await service.ask(true)).to.equal('answer');
    expect(circuit(name).state).to.equal('closed');
  });
});

describe('@CircuitProtected with shadow', () => {
  const world = virtualTime();

  function watched() {
    const name = uniqueName();
    class Service {
      calls = 0;
      @CircuitProtected({ circuit: name, failureThreshold: 2, recoveryTimeout: '10s', shadow: true, fallback: 'sorry' })
      async ask(isUp: boolean): Promise<string> {
        this.calls += 1;
        if (!isUp) throw unavailable();
        return 'answer';
      }
    }
    return { service: new Service(), handle: circuit(name) };
  }

  it('opens, tells and shows everything, and refuses nobody', async () => {
    const { service, handle } = watched();
    for (let i = 0; i < 5; i++) await rejectionOf(service.ask(false));
    expect([service.calls, handle.state]).to.deep.equal([5, 'open']);
    expect(await service.ask(true)).to.equal('answer');
    expect(world.heard('circuit_opened')).to.have.length(1);
    expect(world.heard('circuit_refused')).to.have.length(4);
    expect(world.heard('circuit_refused')[0]).to.include({ reason: 'shadow', state: 'open', retryAfterMs: 10_000 });
    expect(world.heard('fallback_used')).to.deep.equal([]);
  });

  it('goes through half-open as a circuit does: only what would have been a probe decides', async () => {
    const { service, handle } = watched();
    for (let i = 0; i < 2; i++) await rejectionOf(service.ask(false));
    await world.clock.advance('10s');
    await rejectionOf(service.ask(false));
    expect(handle.snapshot()).to.include({ state: 'open', trips: 2 });
    expect(await service.ask(true)).to.equal('answer');
    expect(handle.state).to.equal('open');
    await world.clock.advance('10s');
    await service.ask(true);
    expect(handle.state).to.equal('closed');
  });

  it('does not cut retries short when it opens', async () => {
    const name = uniqueName();
    class Service {
      calls = 0;
      @CircuitProtected({ circuit: name, failureThreshold: 1, shadow: true })
      @RetryOnTransient({ maxAttempts: 3 })
      async ask(): Promise<string> {
        this.calls += 1;
        throw unavailable();
      }
    }
    const [first, second] = [new Service(), new Service()];
    const asked = [rejectionOf(first.ask()), rejectionOf(second.ask())];
    circuit(name).isolate();
    await world.clock.advance('1m');
    await Promise.all(asked);
    expect([first.calls, second.calls]).to.deep.equal([3, 3]);
  });

  it('lets calls through while it is isolated by hand', async () => {
    const { service, handle } = watched();
    handle.isolate();
    expect(await service.ask(true)).to.equal('answer');
    expect(handle.state).to.equal('isolated');
  });
});
