import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import {
  circuit,
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  inspect,
  RateLimited,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { METRICS } from '#lib/metrics/table.js';
import { instrument } from '#lib/otel/index.js';
import { rejectionOf, turn, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** Collects when it is asked to. */
class ManualReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

describe('holdfast/otel', () => {
  const world = virtualTime();
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const one of undo.splice(0)) await one();
  });

  function meters() {
    const reader = new ManualReader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    undo.push(() => meterProvider.shutdown());
    const collect = async () => {
      const { resourceMetrics, errors } = await reader.collect();
      expect(errors).to.deep.equal([]);
      return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    };
    /** The values of one metric for one method or circuit, by their other attributes. */
    const valuesOf = async (name: string, of: string): Promise<Record<string, unknown>> => {
      const points = (await collect()).find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
      const own = points.filter(({ attributes }) => Object.values(attributes).includes(of));
      return Object.fromEntries(
        own.map(({ attributes, value }) => [
          Object.entries(attributes)
            .filter(([, text]) => text !== of)
            .map(([, text]) => String(text))
            .join(' '),
          value,
        ]),
      );
    };
    return { meterProvider, collect, valuesOf };
  }

  it('exports every counter with the value that was counted', async () => {
    const { meterProvider, collect, valuesOf } = meters();
    undo.push(instrument({ meterProvider, events: 'none' }));
    const name = uniqueName();
    const errors: unknown[] = [unavailable(), undefined, Object.assign(new Error('no'), { status: 401 })];
    const ask = CircuitProtected({ circuit: name })(
      RetryOnTransient({ minWait: '1s', jitter: 'none' })(
        ConcurrencyLimited({ limit: 3 })(
          {
            [name]: async () => {
              const error = errors.shift();
              if (error) throw error;
            },
          }[name] as () => Promise<void>,
        ),
      ),
    );
    const asking = ask();
    await turn();
    await world.clock.advance('1s');
    await asking;
    await rejectionOf(ask());
    circuit(name).isolate();
    await rejectionOf(ask());
    const calls = await valuesOf('holdfast.calls', name);
    expect(Object.fromEntries(Object.entries(calls).filter(([, value]) => value !== 0))).to.deep.equal({
      success: 1,
      'failure rejected': 1,
      'refused circuit-open': 1,
    });
    expect(calls).to.include({ 'failure network': 0, fallback: 0 });
    expect(await valuesOf('holdfast.attempts', name)).to.deep.equal({ '': 3 });
    expect(await valuesOf('holdfast.retries', name)).to.deep.equal({ server: 1, timeout: 0, network: 0 });
    expect(await valuesOf('holdfast.calls.recovered', name)).to.deep.equal({ '': 1 });
    expect(await valuesOf('holdfast.calls.active', name)).to.deep.equal({ '': 0 });
    expect(await valuesOf('holdfast.bulkhead.limit', name)).to.deep.equal({ '': 3 });
    expect(await valuesOf('holdfast.circuit.state', name)).to.deep.equal({
      ...{ closed: 0, open: 0, 'forced-closed': 0, 'half-open': 0, isolated: 1 },
    });
    expect(await valuesOf('holdfast.circuit.refused', name)).to.deep.equal({ false: 1, true: 0 });
    expect(await valuesOf('holdfast.circuit.transitions', name)).to.include({ isolated: 1 });
    const [duration] = (await collect()).filter(({ descriptor }) => descriptor.name === 'holdfast.call.duration');
    expect(duration?.descriptor.unit).to.equal('s');
    const points = (duration?.dataPoints ?? []).filter(({ attributes }) => attributes['holdfast.method'] === name);
    expect(
      points.map(({ attributes, value }) => [attributes['holdfast.outcome'], (value as { sum: number }).sum]),
    ).to.deep.equal([
      ['success', 1],
      ['failure', 0],
    ]);
  });

  it('names and measures as the table says', async () => {
    const { meterProvider, collect } = meters();
    undo.push(instrument({ meterProvider }));
    const found = new Map((await collect()).map(({ descriptor }) => [descriptor.name, descriptor]));
    for (const { name, unit, help } of METRICS.filter(({ read }) => read(inspect()).length > 0))
      expect(found.get(name), name).to.include({ unit, description: help });
  });

  it('adds no series for keys', async () => {
    const { meterProvider, collect } = meters();
    undo.push(instrument({ meterProvider }));
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, key: (key) => String(key) })(
      RetryOnTransient()({ [name]: async (key: unknown) => key }[name] as (key: unknown) => Promise<unknown>),
    );
    const series = async (): Promise<number> => {
      const points = (await collect()).flatMap(
        ({ dataPoints }): readonly { readonly attributes: object }[] => dataPoints,
      );
      return points.filter(({ attributes }) => Object.values(attributes).includes(name)).length;
    };
    await ask('first');
    const before = await series();
    for (let i = 0; i < 10_000; i++) await ask(`key-${i}`);
    expect(await series()).to.equal(before);
  }).timeout(20_000);

  it('has a series at 0 from the first call on for whatever the method may do', async () => {
    const { meterProvider, valuesOf } = meters();
    undo.push(instrument({ meterProvider }));
    const name = uniqueName();
    const { ask } = {
      ask: CircuitProtected({ circuit: name, failureRate: 0.5, window: '10s' })(
        RetryOnTransient()({ [name]: async () => 'x' }[name] as () => Promise<unknown>),
      ),
    };
    await ask();
    expect(await valuesOf('holdfast.retries', name)).to.deep.equal({ timeout: 0, network: 0, server: 0 });
    expect(await valuesOf('holdfast.retries.abandoned', name)).to.deep.equal({ attempts: 0 });
    expect(await valuesOf('holdfast.hedges', name)).to.deep.equal({ started: 0, won: 0, refused: 0 });
    expect(await valuesOf('holdfast.circuit.transitions', name)).to.deep.equal({
      ...{ 'open failures': 0, 'open probe': 0, 'open failure-rate': 0, 'open slow-call-rate': 0 },
      ...{ 'half-open': 0, closed: 0 },
    });
  });

  it('exports what is shared by a name', async () => {
    const { meterProvider, valuesOf } = meters();
    undo.push(instrument({ meterProvider }));
    const name = uniqueName();
    const limited = RespectRateLimit({ gate: name, maxWait: '1s' })(
      RateLimited({ limiter: name, limit: 1, per: '10s', maxWait: '1ms' })(
        ConcurrencyLimited({ bulkhead: name, limit: 1, queue: 1 })(async () => {
          throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '30' } });
        }),
      ),
    );
    await rejectionOf(limited());
    const pass = RateLimited({ limiter: name, limit: 1, per: '10s', maxWait: '1ms' })(async () => 'x');
    await rejectionOf(pass());
    const values = async (metric: string): Promise<unknown> => (await valuesOf(metric, name))[''];
    expect(await values('holdfast.gate.closed')).to.equal(30);
    expect(await values('holdfast.gate.closings')).to.equal(1);
    expect(await values('holdfast.gate.waiting')).to.equal(0);
    expect(await values('holdfast.shared_bulkhead.limit')).to.equal(1);
    expect(await values('holdfast.shared_bulkhead.running')).to.equal(0);
    expect(await values('holdfast.shared_bulkhead.queued')).to.equal(0);
    expect(await values('holdfast.shared_bulkhead.abandoned')).to.equal(0);
    expect(await values('holdfast.limiter.refused')).to.equal(1);
    expect(await values('holdfast.limiter.waiting')).to.equal(0);
    expect(await values('holdfast.limiter.wait')).to.equal(10);
  });

  it('does nothing the second time, and ends with one undo', async () => {
    const { meterProvider, collect } = meters();
    const end = instrument({ meterProvider });
    expect(instrument({ meterProvider })).to.equal(end);
    end();
    end();
    expect((await collect()).flatMap(({ dataPoints }): readonly unknown[] => dataPoints)).to.deep.equal([]);
  });

  it("adds the user's attributes, asked once for each method", async () => {
    const { meterProvider, collect } = meters();
    const name = uniqueName();
    let asked = 0;
    undo.push(
      instrument({
        meterProvider,
        attributes: ({ method }) => {
          if (method === name) asked += 1;
          return { team: 'payments' };
        },
      }),
    );
    await RetryOnTransient()({ [name]: async () => 'x' }[name] as () => Promise<unknown>)();
    await collect();
    const calls = (await collect()).find(({ descriptor }) => descriptor.name === 'holdfast.calls');
    const own = calls?.dataPoints.find(({ attributes }) => attributes['holdfast.method'] === name);
    expect(own?.attributes).to.include({ team: 'payments' });
    expect(asked).to.equal(1);
  });

  it('adds no attributes if the user answers with a promise, and leaves no rejection unhandled', async () => {
    const { meterProvider, collect } = meters();
    const name = uniqueName();
    const attributes = (async () => {
      throw new Error('a bug');
    }) as unknown as () => Record<string, string>;
    undo.push(instrument({ meterProvider, attributes }));
    await RetryOnTransient({ name })(async () => 'x')();
    const calls = (await collect()).find(({ descriptor }) => descriptor.name === 'holdfast.calls');
    expect(calls?.dataPoints.some((point) => point.attributes['holdfast.method'] === name)).to.equal(true);
  });

  it('says what it expected', () => {
    expect(() => instrument('all' as never)).to.throw(ConfigurationError, /expected an object of options, got .*all/);
    expect(() => instrument({ meterProvider: {} } as never)).to.throw(
      ConfigurationError,
      'instrument: meterProvider: expected an object with getMeter(), got an object',
    );
    const wrong = { meterProvider: {}, spans: 'all', colour: 'red' } as never;
    expect(() => instrument(wrong))
      .to.throw(ConfigurationError)
      .with.property('problems')
      .that.has.lengthOf(3);
  });
});
