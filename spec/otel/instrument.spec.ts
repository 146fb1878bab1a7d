import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import {
  circuit,
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  Hedged,
  inspect,
  RetryOnTransient,
  TimeLimited,
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

  it('adds no series for keys, and few for a method', async () => {
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
    expect(before).to.be.at.most(62);
  }).timeout(20_000);

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

  it('says what it expected', () => {
    const wrong = { meterProvider: {}, spans: 'all', colour: 'red' } as never;
    expect(() => instrument(wrong))
      .to.throw(ConfigurationError)
      .with.property('problems')
      .that.has.lengthOf(3);
  });

  describe('with spans', () => {
    let exporter: InMemorySpanExporter;
    let tracerProvider: BasicTracerProvider;
    before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
    after(() => context.disable());
    beforeEach(() => {
      exporter = new InMemorySpanExporter();
      tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
      undo.push(() => tracerProvider.shutdown());
    });

    const start = (spans: 'call' | 'attempt', events: 'span' | 'none' = 'none'): void => {
      undo.push(instrument({ meterProvider: meters().meterProvider, tracerProvider, spans, events }));
    };

    /** Each span under its parent: name, outcome or error, in the order in which they began. */
    const tree = (parent?: string): unknown[] =>
      exporter
        .getFinishedSpans()
        .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
        .sort((one, other) => Number(one.attributes['holdfast.attempt']) - Number(other.attributes['holdfast.attempt']))
        .map((span) => [labelOf(span), ...tree(span.spanContext().spanId)]);

    const labelOf = ({ attributes, status }: ReadableSpan): string =>
      [
        attributes['holdfast.outcome'] ?? `attempt ${String(attributes['holdfast.attempt'])}`,
        attributes['error.type'],
        attributes['holdfast.hedge'] && 'hedge',
        status.code === SpanStatusCode.ERROR && 'ERROR',
      ]
        .filter(Boolean)
        .join(' ');

    it('has one for the call and one for each attempt', async () => {
      start('attempt');
      const errors: unknown[] = [unavailable()];
      const ask = RetryOnTransient({ minWait: '1s' })(async function traced() {
        const error = errors.shift();
        if (error) throw error;
        // The client's own span would be a child of the attempt's.
        return trace.getActiveSpan()?.spanContext().spanId;
      });
      const asking = ask();
      await turn();
      await world.clock.advance('10s');
      const inner = await asking;
      expect(tree()).to.deep.equal([['success', ['attempt 1 server ERROR'], ['attempt 2']]]);
      const spans = exporter.getFinishedSpans();
      expect(spans.map(({ name }) => name)).to.deep.equal(['traced', 'traced', 'traced']);
      expect(spans.find(({ attributes }) => attributes['holdfast.attempt'] === 2)?.spanContext().spanId).to.equal(
        inner,
      );
      expect(spans.every(({ status }) => status.message === undefined)).to.equal(true);
    });

    it('shows hedges beside the first attempt, and a limit as the end of what hangs', async () => {
      start('attempt');
      let attempts = 0;
      const ask = Hedged({ after: '1s' })(async () => (++attempts === 1 ? new Promise(() => undefined) : 'x'));
      const asking = ask();
      await world.clock.advance('1s');
      await asking;
      const late = TimeLimited('1s')(RetryOnTransient()(async () => new Promise(() => undefined)));
      const failing = rejectionOf(late());
      await world.clock.advance('1s');
      await failing;
      await turn();
      const labels = exporter.getFinishedSpans().map(labelOf);
      expect(labels).to.include.members(['attempt 2 hedge', 'success', 'failure timeout ERROR']);
    });

    it('ends the span of a stream when its reader leaves, and of a refused call at once', async () => {
      start('call');
      const read = RetryOnTransient()(async function* () {
        yield 1;
        yield 2;
      });
      for await (const _ of read()) break;
      const name = uniqueName();
      circuit(name).isolate();
      await rejectionOf(CircuitProtected({ circuit: name })(async () => 'x')());
      expect(exporter.getFinishedSpans().map(labelOf)).to.deep.equal(['cancelled', 'refused circuit-open ERROR']);
    });

    it('adds events to the active span, with the fields of the log alone', async () => {
      start('call', 'span');
      const ask = RetryOnTransient({ maxAttempts: 1 })(async () => {
        throw Object.assign(new Error('a secret'), { status: 503 });
      });
      await rejectionOf(ask());
      const [span] = exporter.getFinishedSpans();
      expect(span?.events.map(({ name }) => name)).to.deep.equal(['holdfast.retry_gave_up', 'holdfast.call_failed']);
      expect(span?.events[0]?.attributes).to.include({ 'error.type': 'server', 'holdfast.reason': 'attempts' });
      expect(JSON.stringify([span?.events, span?.attributes])).not.to.contain('secret');
    });

    it('writes log records that carry the trace', async () => {
      const logs = new InMemoryLogRecordExporter();
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: logs })] });
      undo.push(
        () => loggerProvider.shutdown(),
        instrument({
          meterProvider: meters().meterProvider,
          tracerProvider,
          loggerProvider,
          spans: 'call',
          events: 'log',
        }),
      );
      await rejectionOf(RetryOnTransient({ maxAttempts: 1 })(async () => Promise.reject(unavailable()))());
      // The API of logs is loaded when it is asked for.
      while (logs.getFinishedLogRecords().length < 2) await new Promise((resolve) => setImmediate(resolve));
      const records = logs.getFinishedLogRecords();
      expect(records.map(({ eventName, severityText }) => [eventName, severityText])).to.deep.equal([
        ['holdfast.retry_gave_up', 'warn'],
        ['holdfast.call_failed', 'debug'],
      ]);
      const [span] = exporter.getFinishedSpans();
      expect(records[0]?.spanContext?.traceId).to.equal(span?.spanContext().traceId);
    });
  });
});
