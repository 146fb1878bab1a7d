import { expect } from 'chai';
import { CircuitOpenError, CircuitProtected, circuit, configure, RetryOnTransient } from '#lib/index.js';
import { rejection, rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

type Script = (string | Error)[];

describe('async * methods', () => {
  const world = virtualTime();

  /** Yields the strings of each script in turn, and throws its errors; counts what is started and what is closed. */
  function serviceWith(options: object = {}, ...scripts: Script[]) {
    const name = uniqueName();
    class Service {
      started = 0;
      closed = 0;
      received: unknown[] = [];

      @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '10s', ...options })
      @RetryOnTransient({ minWait: '1s', jitter: 'none' })
      async *stream(..._args: unknown[]): AsyncGenerator<unknown, unknown, unknown> {
        const script = scripts[Math.min(this.started, scripts.length - 1)] ?? [];
        this.started += 1;
        try {
          for (const step of script) {
            if (step instanceof Error) throw step;
            this.received.push(yield step);
          }
          return 'result';
        } finally {
          this.closed += 1;
        }
      }
    }
    return { service: new Service(), name };
  }

  async function collect(stream: AsyncGenerator<unknown, unknown, unknown>): Promise<unknown[]> {
    const chunks: unknown[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  it('hands every chunk on, and what is returned', async () => {
    const { service } = serviceWith({}, ['a', 'b']);
    const stream = service.stream();
    const results = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    expect(results).to.deep.equal([
      { value: 'a', done: false },
      { value: 'b', done: false },
      { value: 'result', done: true },
      { value: undefined, done: true },
    ]);
  });

  it('retries a failure before the first chunk like any other call', async () => {
    const { service } = serviceWith({}, [unavailable()], ['a']);
    const collected = collect(service.stream());
    await world.clock.advance('1s');
    expect(await collected).to.deep.equal(['a']);
    expect(service).to.include({ started: 2, closed: 2 });
  });

  it('never retries after the first chunk, and tells how many were delivered', async () => {
    const error = unavailable();
    const { service, name } = serviceWith({}, ['a', 'b', error]);
    const stream = service.stream();
    await stream.next();
    await stream.next();
    expect(await rejectionOf(stream.next())).to.equal(error);
    expect(service).to.include({ started: 1, closed: 1 });
    expect(world.heard('stream_broken')[0]).to.include({ chunks: 2, circuit: name, kind: 'server', status: 503 });
    expect(circuit(name).state).to.equal('open');
  });

  it('does not tell of a broken stream when the failure could not have been retried anyway', async () => {
    const { service } = serviceWith({}, ['a', rejection()]);
    await rejectionOf(collect(service.stream()));
    expect(world.heard('stream_broken')).to.have.lengthOf(0);
  });

  it('rethrows the last error itself when attempts are spent', async () => {
    const errors = [unavailable(), unavailable(), unavailable()];
    const { service } = serviceWith({}, ...errors.map((error) => [error]));
    const collected = rejectionOf(collect(service.stream()));
    await world.clock.advance('5s');
    expect(await collected).to.equal(errors[2]);
  });

  it('counts a stream that its consumer leaves early neither way, and closes the source', async () => {
    const other = serviceWith({}, ['a', 'b']);
    for await (const chunk of other.service.stream()) {
      expect(chunk).to.equal('a');
      break;
    }
    expect(other.service).to.include({ started: 1, closed: 1 });
    expect(circuit(other.name).snapshot()).to.include({ state: 'closed', failures: 0, epoch: 0 });
  });

  it('gives the lease of a probe back when its consumer leaves early', async () => {
    const { service, name } = serviceWith({}, ['a', rejection()], ['a', 'b'], ['a', 'b']);
    circuit(name).reset();
    const failing = serviceWith({ circuit: name }, ['x', unavailable()]);
    await rejectionOf(collect(failing.service.stream()));
    expect(circuit(name).state).to.equal('open');
    await world.clock.advance('10s');
    const probe = service.stream();
    await probe.next();
    expect(circuit(name).retryAfterMs).to.equal(2500);
    await probe.return(undefined);
    expect(circuit(name)).to.include({ state: 'half-open', retryAfterMs: 0 });
  });

  it('decides the outcome of a probe when the stream has ended', async () => {
    const { service, name } = serviceWith({}, ['a']);
    await rejectionOf(collect(serviceWith({ circuit: name }, ['x', unavailable()]).service.stream()));
    await world.clock.advance('10s');
    const probe = service.stream();
    await probe.next();
    expect(circuit(name).state).to.equal('half-open');
    await probe.next();
    expect(circuit(name).state).to.equal('closed');
  });

  it('runs nothing and holds nothing when it is never read', async () => {
    const { service, name } = serviceWith({}, ['a']);
    service.stream();
    await world.clock.advance('0ms');
    expect(service.started).to.equal(0);
    expect(circuit(name).snapshot()).to.include({ epoch: 0, failures: 0 });
  });

  it('passes on what its consumer sends and throws into it', async () => {
    const { service } = serviceWith({}, ['a', 'b', 'c']);
    const stream = service.stream();
    await stream.next();
    await stream.next('for a');
    await stream.next('for b');
    expect(service.received).to.deep.equal(['for a', 'for b']);
    const error = new Error('from outside');
    expect(await rejectionOf(stream.throw(error))).to.equal(error);
    expect(service.closed).to.equal(1);
  });

  it('does not hold against the upstream what its consumer throws into it', async () => {
    const { service, name } = serviceWith({}, ['a', 'b']);
    const stream = service.stream();
    await stream.next();
    await rejectionOf(stream.throw(unavailable()));
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
  });

  it('takes nothing for broken that its caller has aborted', async () => {
    const name = uniqueName();
    const controller = new AbortController();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      @RetryOnTransient({ signal: (stop: { by: AbortSignal }) => stop.by })
      async *stream(_stop: { by: AbortSignal }): AsyncGenerator<string> {
        yield 'a';
        throw new DOMException('late', 'TimeoutError');
      }
    }
    const stream = new Service().stream({ by: controller.signal });
    await stream.next();
    controller.abort();
    await rejectionOf(stream.next());
    expect(world.heard('stream_broken')).to.have.lengthOf(0);
    expect(circuit(name).state).to.equal('closed');
  });

  it('goes on after an error that the source has caught', async () => {
    class Stubborn {
      @RetryOnTransient()
      async *stream(): AsyncGenerator<string> {
        try {
          yield 'a';
        } catch {
          yield 'caught';
        }
      }
    }
    const stream = new Stubborn().stream();
    await stream.next();
    expect(await stream.throw(new Error('x'))).to.deep.equal({ value: 'caught', done: false });
  });

  it('refuses while the circuit is open, when it is read', async () => {
    const { service, name } = serviceWith({}, ['a', unavailable()]);
    await rejectionOf(collect(service.stream()));
    const stream = service.stream();
    const error = await rejectionOf(stream.next());
    expect(error).to.be.instanceOf(CircuitOpenError).and.to.have.property('circuit', name);
    expect(service.started).to.equal(1);
  });

  it('lets the fallback answer with one chunk while the circuit is open', async () => {
    const { service } = serviceWith({ fallback: (_error: unknown, who: string) => `sorry, ${who}` }, [
      'a',
      unavailable(),
    ]);
    await rejectionOf(collect(service.stream('you')));
    expect(await collect(service.stream('you'))).to.deep.equal(['sorry, you']);
  });

  it("lets the fallback answer for a failure before the first chunk, with fallbackOn: 'failure'", async () => {
    const { service } = serviceWith({ fallback: 'sorry', fallbackOn: 'failure', failureThreshold: 9 }, [unavailable()]);
    const collected = collect(service.stream());
    await world.clock.advance('5s');
    expect(await collected).to.deep.equal(['sorry']);
  });

  it('never lets the fallback answer after the first chunk', async () => {
    const error = unavailable();
    const { service } = serviceWith({ fallback: 'sorry', fallbackOn: 'failure' }, ['a', error]);
    const stream = service.stream();
    await stream.next();
    expect(await rejectionOf(stream.next())).to.equal(error);
  });

  it('is called directly while resilience is switched off', async () => {
    const restore = configure({ settings: { resilience: { enabled: false } } });
    const { service } = serviceWith({ fallback: 'sorry' }, [unavailable()]);
    for (let i = 0; i < 3; i++) await rejectionOf(collect(service.stream()));
    restore();
    expect(service.started).to.equal(3);
    expect(world.events).to.have.lengthOf(0);
  });
});
