import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import {
  circuit,
  CircuitProtected,
  configure,
  currentSignal,
  Hedged,
  onEvent,
  type ResilienceEvent,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { instrument } from '#lib/otel/index.js';
import { type FaultServer, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';

class ManualReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

describe('What holdfast/otel exports of real requests', () => {
  const reader = new ManualReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  let server: FaultServer;
  let events: ResilienceEvent[];
  let undo: (() => void)[];

  beforeEach(async () => {
    server = await startFaultServer();
    events = [];
    undo = [
      configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } } }),
      onEvent((event) => void events.push(event)),
      instrument({ meterProvider, events: 'none', attemptDurations: true }),
    ];
  });
  afterEach(async () => {
    for (const one of undo) one();
    await server.close();
  });
  after(() => meterProvider.shutdown());

  /** The values of a metric of one method or circuit above 0, by the attributes that are asked for. */
  async function valuesOf(metric: string, of: string, by: string): Promise<Record<string, number>> {
    const { resourceMetrics } = await reader.collect();
    const { dataPoints = [] } =
      resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .find(({ descriptor }) => descriptor.name === metric) ?? {};
    const found: Record<string, number> = {};
    for (const { attributes, value } of dataPoints) {
      const count = typeof value === 'number' ? value : value.count;
      const key = String(attributes[by]);
      if (Object.values(attributes).includes(of) && count > 0) found[key] = (found[key] ?? 0) + count;
    }
    return found;
  }

  const heard = (type: ResilienceEvent['type']): number => events.filter((event) => event.type === type).length;

  it('equals what the server has counted, and what events said', async () => {
    const name = uniqueName();
    const { [name]: request } = {
      [name]: async () => {
        const signal = currentSignal() ?? null;
        const response = await fetch(`${server.baseUrl}/models`, { headers: { authorization: 'Bearer none' }, signal });
        await response.arrayBuffer();
        if (!response.ok) throw Object.assign(new Error('secret'), { status: response.status });
      },
    };
    const ask = CircuitProtected({ circuit: name, failureThreshold: 2, fallback: () => undefined })(
      RetryOnTransient({ maxAttempts: 3 })(
        Hedged({ after: '150ms', maxHedges: 1 })(TimeLimited('5s')(request as () => Promise<void>)),
      ),
    );
    const down = { type: 'status', status: 503 } as const;
    await ask();
    server.script(down, 'reset', 'stall');
    await ask();
    server.script({ type: 'status', status: 401 });
    await rejectionOf(ask());
    server.script(down, down, down, down, down, down);
    await rejectionOf(ask());
    await ask().catch(() => undefined);
    await ask();
    expect(circuit(name).state).to.equal('open');

    expect(await valuesOf('holdfast.attempts', name, 'holdfast.method')).to.deep.equal({ [name]: server.count });
    const attempts = await valuesOf('holdfast.attempt.duration', name, 'holdfast.method');
    expect(attempts).to.deep.equal({ [name]: server.count });
    const calls = await valuesOf('holdfast.calls', name, 'holdfast.outcome');
    expect(Object.values(calls).reduce((total, count) => total + count, 0)).to.equal(6);
    expect(calls).to.include({ success: 2 });
    expect(calls['failure']).to.equal(heard('call_failed'));
    expect(calls['fallback']).to.equal(heard('fallback_used'));
    const retries = await valuesOf('holdfast.retries', name, 'error.type');
    expect((retries['server'] ?? 0) + (retries['network'] ?? 0)).to.equal(heard('retry_scheduled'));
    const abandoned = await valuesOf('holdfast.retries.abandoned', name, 'holdfast.reason');
    expect(Object.values(abandoned).reduce((total, count) => total + count, 0)).to.equal(heard('retry_gave_up'));
    const hedges = await valuesOf('holdfast.hedges', name, 'holdfast.result');
    expect(hedges['started'] ?? 0).to.equal(heard('hedge_started'));
    expect(await valuesOf('holdfast.calls.recovered', name, 'holdfast.method')).to.deep.equal({ [name]: 1 });
    const refused = await valuesOf('holdfast.circuit.refused', name, 'holdfast.shadow');
    expect(refused['false']).to.equal(heard('circuit_refused'));
    const transitions = await valuesOf('holdfast.circuit.transitions', name, 'holdfast.circuit.state');
    expect(transitions).to.deep.equal({ open: heard('circuit_opened') });
  }).timeout(20_000);
});
