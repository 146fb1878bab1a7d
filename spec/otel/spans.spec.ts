import { context, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { logs as logsApi } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import {
  circuit,
  CircuitProtected,
  ConcurrencyLimited,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { instrument, type InstrumentOptions } from '#lib/otel/index.js';
import { httpError, rejectionOf, turn, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('holdfast/otel with spans', () => {
  const world = virtualTime();
  const undo: (() => unknown)[] = [];
  let exporter: InMemorySpanExporter;
  let tracerProvider: BasicTracerProvider;
  let open: Set<string>;

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());
  beforeEach(() => {
    exporter = new InMemorySpanExporter();
    open = new Set();
    const counting: SpanProcessor = {
      onStart: (span) => void open.add(span.spanContext().spanId),
      onEnd: (span) => void open.delete(span.spanContext().spanId),
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    tracerProvider = new BasicTracerProvider({ spanProcessors: [counting, new SimpleSpanProcessor(exporter)] });
    undo.push(() => tracerProvider.shutdown());
  });
  afterEach(async () => {
    for (const one of undo.splice(0)) await one();
    // However a call ends, no span stays open.
    expect(open.size).to.equal(0);
  });

  function start(spans: 'call' | 'attempt', more: InstrumentOptions = {}): void {
    const meterProvider = new MeterProvider();
    undo.push(instrument({ meterProvider, tracerProvider, spans, events: 'none', ...more }), () =>
      meterProvider.shutdown(),
    );
  }

  /** Each span under its parent: outcome, number or name, error, in the order in which they began. */
  const tree = (parent?: string): unknown[] =>
    exporter
      .getFinishedSpans()
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
      .sort((one, other) => Number(one.attributes['holdfast.attempt']) - Number(other.attributes['holdfast.attempt']))
      .map((span) => [labelOf(span), ...tree(span.spanContext().spanId)]);

  function labelOf({ name, attributes, status }: ReadableSpan): string {
    const { 'holdfast.outcome': outcome, 'holdfast.attempt': attempt, 'holdfast.hedge': isHedge } = attributes;
    const what = outcome ?? (attempt === undefined ? name : `attempt ${String(attempt)}`);
    const isError = status.code === SpanStatusCode.ERROR;
    return [what, attributes['error.type'], isHedge && 'hedge', isError && 'ERROR'].filter(Boolean).join(' ');
  }

  /** A client that is instrumented itself: its span has to be a child of the attempt's. */
  async function request(work: () => unknown = () => 'x'): Promise<unknown> {
    const tracer: Tracer = tracerProvider.getTracer('client');
    return tracer.startActiveSpan('GET', async (span) => {
      try {
        return await work();
      } finally {
        span.end();
      }
    });
  }

  async function advancing<T>(ms: number, calling: Promise<T>): Promise<T> {
    calling.catch(() => undefined);
    await turn();
    await world.clock.advance(`${ms}ms`);
    await turn();
    return calling;
  }

  describe('one for each attempt', () => {
    beforeEach(() => start('attempt'));

    it('retry: attempts stand beside each other, and the wait is none', async () => {
      const errors: unknown[] = [unavailable()];
      const ask = RetryOnTransient({ minWait: '1s' })(async function traced() {
        return request(() => {
          const error = errors.shift();
          if (error) throw error;
        });
      });
      await advancing(10_000, ask());
      expect(tree()).to.deep.equal([['success', ['attempt 1 server ERROR', ['GET']], ['attempt 2', ['GET']]]]);
      const own = exporter.getFinishedSpans().filter(({ name }) => name !== 'GET');
      expect(own.map(({ name }) => name)).to.deep.equal(['traced', 'traced', 'traced']);
      const [, , call] = own;
      expect(call?.attributes).to.deep.equal({
        ...{ 'holdfast.method': 'traced', 'holdfast.outcome': 'success', 'holdfast.attempts': 2 },
      });
      expect(own.every(({ status }) => status.message === undefined)).to.equal(true);
    });

    it('hedge: it stands beside the slow attempt, which ends as cancelled', async () => {
      let attempts = 0;
      const ask = Hedged({ after: '1s' })(async () =>
        request(() =>
          ++attempts === 1 ? new Promise((resolve) => world.clock.setTimer(() => resolve('late'), 3000)) : 'x',
        ),
      );
      await advancing(1000, ask());
      await world.clock.advance('3s');
      expect(tree()).to.deep.equal([['success', ['attempt 1 cancelled', ['GET']], ['attempt 2 hedge', ['GET']]]]);
    });

    it('queue: the wait for a permit is none', async () => {
      const ask = ConcurrencyLimited({ limit: 1, queue: 1 })(async () =>
        request(() => new Promise((resolve) => world.clock.setTimer(() => resolve('x'), 100))),
      );
      const both = [ask(), ask()];
      await rejectionOf(ask());
      await advancing(100, both[0] as Promise<unknown>);
      await advancing(100, both[1] as Promise<unknown>);
      const attempted = ['success', ['attempt 1', ['GET']]];
      expect(tree()).to.deep.equal([['refused concurrency-limit ERROR'], attempted, attempted]);
    });

    it('gate: the attempt that got a 429 and the one after the wait', async () => {
      let isBusy = true;
      const ask = RespectRateLimit({ gate: uniqueName(), maxWait: '60s' })(async () =>
        request(() => {
          if (isBusy) throw httpError(429, { headers: { 'retry-after': '5' } });
        }),
      );
      const asking = ask();
      await turn();
      isBusy = false;
      await advancing(10_000, asking);
      expect(tree()).to.deep.equal([['success', ['attempt 1 rate-limited ERROR', ['GET']], ['attempt 2', ['GET']]]]);
    });

    it('stream: the attempt lasts until it is read to its end, is left, or breaks', async () => {
      const read = RetryOnTransient()(async function* (breaks: boolean) {
        yield 1;
        await turn();
        if (breaks) throw unavailable();
        yield 2;
      });
      for await (const _ of read(false)) expect(exporter.getFinishedSpans().map(labelOf)).not.to.include('success');
      expect(tree()).to.deep.equal([['success', ['attempt 1']]]);
      exporter.reset();
      for await (const _ of read(false)) break;
      expect(tree()).to.deep.equal([['cancelled', ['attempt 1 cancelled']]]);
      exporter.reset();
      await rejectionOf(
        (async () => {
          for await (const _ of read(true));
        })(),
      );
      expect(tree()).to.deep.equal([['failure server ERROR', ['attempt 1 server ERROR']]]);
    });

    it('limit: what hangs ends with the call', async () => {
      const late = TimeLimited('1s')(RetryOnTransient()(async () => new Promise(() => undefined)));
      await advancing(1000, rejectionOf(late()));
      expect(tree()).to.deep.equal([['failure timeout ERROR', ['attempt 1 cancelled']]]);
    });

    it('abort: call and attempt are cancelled, which is no error', async () => {
      const ask = RetryOnTransient()(async (signal: AbortSignal) =>
        request(() => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))),
      );
      const controller = new AbortController();
      const asking = rejectionOf(ask(controller.signal));
      await turn();
      controller.abort();
      await asking;
      expect(tree()).to.deep.equal([['cancelled', ['attempt 1 cancelled', ['GET']]]]);
    });
  });

  it('has one for the call alone, also for a refused one', async () => {
    start('call');
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name })(async () => request());
    await ask();
    circuit(name).isolate();
    await rejectionOf(ask());
    expect(tree()).to.deep.equal([['success', ['GET']], ['refused circuit-open ERROR']]);
    const [, call] = exporter.getFinishedSpans();
    expect(call?.attributes).to.include({ 'holdfast.circuit.name': name, 'holdfast.attempts': 1 });
  });

  it('asks no tracer for anything while spans are off', async () => {
    const meterProvider = new MeterProvider();
    const never = { getTracer: () => expect.fail('the tracer was asked for') };
    undo.push(instrument({ meterProvider, tracerProvider: never }), () => meterProvider.shutdown());
    await RetryOnTransient()(async () => 'x')();
  });

  it('adds events to the active span, with the fields of the log alone', async () => {
    start('call', { events: 'span' });
    const ask = RetryOnTransient({ maxAttempts: 1 })(async () => {
      throw Object.assign(new Error('a secret'), { status: 503 });
    });
    await rejectionOf(ask());
    const [span] = exporter.getFinishedSpans();
    expect(span?.events.map(({ name }) => name)).to.deep.equal(['holdfast.retry_gave_up', 'holdfast.call_failed']);
    expect(span?.events[0]?.attributes).to.include({ 'error.type': 'server', 'holdfast.reason': 'attempts' });
    expect(JSON.stringify([span?.events, span?.attributes])).not.to.contain('secret');
  });

  it('adds no event with events: none', async () => {
    start('call');
    await rejectionOf(RetryOnTransient({ maxAttempts: 1 })(async () => Promise.reject(unavailable()))());
    expect(exporter.getFinishedSpans().flatMap(({ events }) => events)).to.deep.equal([]);
  });

  for (const from of ['the provider that is given', 'the global provider']) {
    it(`writes log records that carry the trace, through ${from}`, async () => {
      const logs = new InMemoryLogRecordExporter();
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: logs })] });
      undo.push(() => loggerProvider.shutdown());
      if (from === 'the global provider') {
        logsApi.setGlobalLoggerProvider(loggerProvider);
        undo.push(() => logsApi.disable());
        start('call', { events: 'log' });
      } else start('call', { events: 'log', loggerProvider });
      await rejectionOf(RetryOnTransient({ maxAttempts: 1 })(async () => Promise.reject(unavailable()))());
      const records = logs.getFinishedLogRecords();
      expect(
        records.map(({ eventName, severityText, severityNumber }) => [eventName, severityText, severityNumber]),
      ).to.deep.equal([
        ['holdfast.retry_gave_up', 'warn', 13],
        ['holdfast.call_failed', 'debug', 5],
      ]);
      const [span] = exporter.getFinishedSpans();
      for (const { spanContext } of records) expect(spanContext?.traceId).to.equal(span?.spanContext().traceId);
      expect(span?.events).to.deep.equal([]);
    });
  }
});
