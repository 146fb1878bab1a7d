import { expect } from 'chai';
import sinon from 'sinon';
import {
  CircuitProtected,
  circuit,
  classify,
  configure,
  ConfigurationError,
  DecorationError,
  type Failure,
  type FailureKind,
  FinalError,
  isTransient,
  type Overrides,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { fail, httpError, succeed, uniqueName, Upstream } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** An error of a client of one's own, which the built-in rules do not know. */
class DepotError extends Error {
  constructor(readonly reasonCode: string) {
    super('secret');
  }
}

const depotKind = (error: unknown): FailureKind | undefined => {
  return error instanceof DepotError && error.reasonCode === 'BUSY' ? 'server' : undefined;
};

/** A hook that answers something that its type does not allow. */
const wrongly = (answer: () => unknown) => (() => answer()) as () => FailureKind | undefined;

describe('The classify hook', () => {
  const world = virtualTime();
  const restores: (() => void)[] = [];
  let emitted: sinon.SinonStub;

  const configured = (overrides: Overrides): void => void restores.push(configure(overrides));

  /** The texts of the warnings. */
  const warned = (): string[] => emitted.args.map(([text]) => text);

  /** How many calls the upstream got, after time enough for all attempts. */
  async function callsOf(upstream: Upstream, ask: () => Promise<unknown>): Promise<number> {
    const asked = ask().then(
      () => undefined,
      () => undefined,
    );
    await world.clock.advance('60s');
    await asked;
    return upstream.calls;
  }

  beforeEach(() => {
    emitted = sinon.stub(process, 'emitWarning');
  });

  afterEach(() => {
    emitted.restore();
    for (const restore of restores.splice(0)) restore();
  });

  it('of configure() is asked before the built-in rules, by decorated methods that exist already', async () => {
    const upstream = new Upstream(fail(new DepotError('BUSY')));
    const ask = RetryOnTransient()(upstream.ask);
    expect(await callsOf(upstream, ask)).to.equal(1);
    configured({ classify: depotKind });
    expect(await callsOf(upstream, ask)).to.equal(4);
    restores.splice(0).forEach((restore) => restore());
    expect(await callsOf(upstream, ask)).to.equal(5);
  });

  it('of configure() is asked by classify() and isTransient()', () => {
    configured({ classify: depotKind });
    expect(classify(new DepotError('BUSY'))).to.deep.equal({ kind: 'server', transient: true });
    expect(isTransient(new DepotError('BUSY'))).to.equal(true);
    expect(classify(new DepotError('LOST')).kind).to.equal('unknown');
    expect(classify(httpError(503)).kind).to.equal('server');
  });

  it('decides the kind alone: status, hints and names are read as always', () => {
    configured({ classify: () => 'rate-limited' });
    const error = httpError(503, { headers: { 'retry-after': '3' } });
    expect(classify(error)).to.deep.equal({
      ...{ kind: 'rate-limited', transient: false, errorName: 'Error', status: 503, retryAfterMs: 3000 },
    });
  });

  it('decides about values that are no objects', () => {
    configured({ classify: (error) => (error === 'offline' ? 'network' : undefined) });
    expect(classify('offline')).to.deep.equal({ kind: 'network', transient: true });
    expect(classify('other')).to.deep.equal({ kind: 'unknown', transient: false });
  });

  it('of a decorator is asked before that of configure(), which answers if it does not', async () => {
    configured({ classify: (error) => depotKind(error) ?? 'quota' });
    const asked: string[] = [];
    const kinds: string[] = [];
    const upstream = new Upstream(fail(new DepotError('BUSY')), fail(new DepotError('LOST')), succeed());
    const ask = RetryOnTransient({
      classify: (error) => {
        asked.push((error as DepotError).reasonCode);
        return undefined;
      },
      retryOn: ({ kind }) => kinds.push(kind) > 0,
    })(upstream.ask);
    expect(await callsOf(upstream, ask)).to.equal(3);
    expect(asked).to.deep.equal(['BUSY', 'LOST']);
    expect(kinds).to.deep.equal(['server', 'quota']);
  });

  it('of several decorators of a stack is asked from the outermost to the innermost', async () => {
    const name = uniqueName();
    const asked: string[] = [];
    const upstream = new Upstream(fail(new DepotError('BUSY')));
    class Service {
      @CircuitProtected({
        circuit: name,
        failureThreshold: 1,
        classify: () => void asked.push('outer'),
      })
      @RetryOnTransient({
        classify: () => {
          asked.push('inner');
          return 'network';
        },
      })
      async ask(): Promise<unknown> {
        return upstream.ask();
      }
    }
    expect(await callsOf(upstream, () => new Service().ask())).to.equal(3);
    expect(asked.slice(0, 2)).to.deep.equal(['outer', 'inner']);
    expect(circuit(name).state).to.equal('open');
  });

  it('is obeyed by the circuit and by the rate limit', async () => {
    const name = uniqueName();
    const upstream = new Upstream(fail(new DepotError('FULL')), succeed());
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1 })
      @RespectRateLimit({ classify: (error) => (error instanceof DepotError ? 'rate-limited' : undefined) })
      async ask(): Promise<unknown> {
        return upstream.ask();
      }
    }
    expect(await callsOf(upstream, () => new Service().ask())).to.equal(2);
    expect(circuit(name).state).to.equal('closed');
  });

  it('can say that an error is the end of a call that was cancelled, by other means than a signal', async () => {
    const name = uniqueName();
    const upstream = new Upstream(fail(new DepotError('USER_LEFT')));
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 1, classify: () => 'cancelled' })
      @RetryOnTransient()
      async ask(): Promise<unknown> {
        return upstream.ask();
      }
    }
    expect(await callsOf(upstream, () => new Service().ask())).to.equal(1);
    expect(circuit(name).state).to.equal('closed');
  });

  it('leaves the last word to retryOn', async () => {
    configured({ classify: () => 'network' });
    const upstream = new Upstream(fail(new DepotError('LOST')));
    const seen: (readonly [Failure, unknown])[] = [];
    const ask = RetryOnTransient({ retryOn: (failure, error) => seen.push([failure, error]) === 0 })(upstream.ask);
    expect(await callsOf(upstream, ask)).to.equal(1);
    expect(seen[0]?.[0]).to.deep.equal({ kind: 'network', transient: true });
    expect(seen[0]?.[1]).to.be.instanceOf(DepotError);
  });

  it('does not make a FinalError transient', async () => {
    configured({ classify: () => 'network' });
    const upstream = new Upstream(fail(new FinalError('booked')));
    expect(await callsOf(upstream, RetryOnTransient()(upstream.ask))).to.equal(1);
  });

  it('may ask classify() for what the built-in rules say', async () => {
    configured({ classify: (error) => (classify(error).kind === 'unknown' ? 'network' : undefined) });
    expect(classify(new DepotError('LOST')).kind).to.equal('network');
    expect(classify(httpError(400)).kind).to.equal('rejected');
    expect(warned()).to.deep.equal([]);
  });

  it('that throws is reported once, and ignored', async () => {
    configured({
      classify: () => {
        throw new TypeError('secret');
      },
    });
    const upstream = new Upstream(fail(httpError(503)), succeed());
    expect(await callsOf(upstream, RetryOnTransient()(upstream.ask))).to.equal(2);
    expect(classify(httpError(429)).kind).to.equal('rate-limited');
    expect(warned()).to.deep.equal([
      'configure(): classify: expected a kind of failure or undefined, but it threw TypeError. It is ignored. ' +
        'Write one of cancelled, timeout, network, server, rate-limited, quota, rejected, malformed, misconfigured, ' +
        'circuit-open, concurrency-limit, unknown, or undefined',
    ]);
  });

  for (const [what, answer] of [
    ['another word', () => 'secret-that-is-no-kind'],
    ['a number', () => 503],
    ['null', () => null],
    ['a property of every object', () => 'constructor'],
    ['an object', () => ({ kind: 'network' })],
    ['a promise', () => Promise.resolve('network')],
    ['a promise that rejects', () => Promise.reject(new Error('secret'))],
  ] as const) {
    it(`that answers ${what} is reported once, and ignored`, async () => {
      const upstream = new Upstream(fail(httpError(503)), fail(httpError(503)), succeed());
      class Service {
        @RetryOnTransient({ classify: wrongly(answer) })
        async ask(): Promise<unknown> {
          return upstream.ask();
        }
      }
      expect(await callsOf(upstream, () => new Service().ask())).to.equal(3);
      const [message, ...others] = warned();
      expect(others).to.deep.equal([]);
      expect(message).to.match(
        /^Service\.ask: @RetryOnTransient\(\) classify: expected a kind of failure or undefined, /,
      );
      expect(message)
        .to.contain(' Write one of cancelled, timeout, network, server, ')
        .and.not.match(/secret/);
    });
  }

  it('that is wrong is reported once for each hook', async () => {
    const wrong = wrongly(() => 'odd');
    configured({ classify: wrong });
    classify('a');
    restores.splice(0).forEach((restore) => restore());
    configured({ classify: wrong });
    classify('b');
    configured({ classify: wrongly(() => 'odd') });
    classify('c');
    expect(warned()).to.have.length(2);
  });

  it('must be a function', () => {
    const problems = (make: () => unknown): readonly string[] => {
      try {
        make();
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigurationError);
        return (error as ConfigurationError).problems;
      }
      throw new Error('expected it to be refused');
    };
    expect(problems(() => configure({ classify: 'network' as never }))).to.deep.equal([
      'classify: expected a function that returns a kind of failure or undefined, got "network"',
    ]);
    const decorated = (): unknown => RetryOnTransient({ classify: 5 as never })(async () => undefined);
    expect(decorated).to.throw(DecorationError, 'classify: expected a function, got 5');
  });
});
