import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import { createClient } from 'redis';
import {
  circuit,
  CircuitProtected,
  ConcurrencyLimited,
  configure,
  Hedged,
  RateLimited,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { connectFleet } from '#lib/fleet/index.js';
import { instrument } from '#lib/otel/index.js';
import { register } from '#lib/prometheus/index.js';
import { startFleetStore } from '#lib/testing/index.js';
import { httpError, unavailable } from '../../support/upstream.js';

export interface Drill {
  /** Where the metrics are served, by the exporter. */
  readonly targets: { readonly registry: string; readonly otel: string };
  /** The upstream of the circuit `drill-down` answers again. */
  recover(): void;
  stop(): Promise<void>;
}

/** Calls upstreams in every kind of trouble, and serves the metrics through both exporters. */
export async function startDrill(): Promise<Drill> {
  const restore = configure({
    settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } },
  });
  const [registry, otel] = [await serveRegistry(), await serveOtel()];
  const store = await startFleetStore();
  const fleet = await connectFleet(createClient({ url: store.url }), { name: 'drill', timeout: '2s' });
  const { calls, recover } = troubles();
  const calling = setInterval(() => {
    for (const call of calls) void call().catch(() => undefined);
  }, 20);
  return {
    targets: { registry: registry.target, otel: otel.target },
    recover,
    stop: async () => {
      clearInterval(calling);
      await fleet.close();
      await Promise.all([store.close(), registry.stop(), otel.stop()]);
      circuit('drill-down').reset();
      restore();
    },
  };
}

interface Served {
  readonly target: string;
  stop(): Promise<unknown>;
}

async function serveRegistry(): Promise<Served> {
  const registry = new Registry();
  const undo = register(registry);
  const server = createServer((_request, response) => {
    void registry.metrics().then((text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      undo();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serveOtel(): Promise<Served> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const undo = instrument({ meterProvider, events: 'none' });
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      undo();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await meterProvider.shutdown();
    },
  };
}

function troubles(): { readonly calls: readonly (() => Promise<unknown>)[]; recover(): void } {
  let isDown = true;
  const down = CircuitProtected({
    ...{ circuit: 'drill-down', failureThreshold: 1, recoveryTimeout: '1s', probeInterval: '1s', fallback: 'cached' },
  })(
    RetryOnTransient()(async function drillDown(): Promise<string> {
      if (isDown) throw unavailable();
      return 'answer';
    }),
  );
  let turn = 0;
  const flaky = CircuitProtected({ circuit: 'drill-flaky', failureThreshold: 100 })(
    RetryOnTransient({ maxAttempts: 2 })(
      Hedged({ after: '5ms' })(
        ConcurrencyLimited({ limit: 4, queue: 4 })(async function drillFlaky() {
          turn += 1;
          if (turn % 3 === 0) throw unavailable();
          if (turn % 7 === 0) throw httpError(400);
          if (turn % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        }),
      ),
    ),
  );
  const limited = RespectRateLimit({ gate: 'drill-gate', maxWait: '1s' })(async function drillLimited() {
    throw httpError(429, { headers: { 'retry-after': '60' } });
  });
  const shared = RateLimited({ limiter: 'drill-limiter', limit: 10, per: '1s', maxWait: '1ms' })(
    ConcurrencyLimited({ bulkhead: 'drill-bulkhead', limit: 2, queue: 2 })(async function drillShared() {}),
  );
  const watched = CircuitProtected({ circuit: 'drill-shadow', failureThreshold: 1, shadow: true })(
    async function drillShadow() {
      throw unavailable();
    },
  );
  return { calls: [down, flaky, limited, shared, watched], recover: () => void (isDown = false) };
}
