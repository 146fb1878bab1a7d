import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CircuitProtected,
  ConcurrencyLimited,
  configure,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
} from '#lib/index.js';
import { metricsText } from '#lib/prometheus/index.js';
import { httpError, unavailable } from '../../support/upstream.js';
import type { Prometheus } from './prometheus.js';

/** A process that calls upstreams in every kind of trouble, and serves its metrics. */
export async function startDrill(): Promise<{ readonly target: string; stop(): Promise<void> }> {
  const restore = configure({
    settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } },
  });
  let turn = 0;
  const open = CircuitProtected({ circuit: 'drill-down', failureThreshold: 1, fallback: 'cached' })(
    RetryOnTransient()(async (): Promise<string> => Promise.reject(unavailable())),
  );
  const flaky = CircuitProtected({ circuit: 'drill-flaky', failureThreshold: 100 })(
    RetryOnTransient({ maxAttempts: 2 })(
      Hedged({ after: '5ms' })(
        ConcurrencyLimited({ limit: 4, queue: 4 })(async () => {
          turn += 1;
          if (turn % 3 === 0) throw unavailable();
          if (turn % 7 === 0) throw httpError(400);
          if (turn % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        }),
      ),
    ),
  );
  const limited = RespectRateLimit({ gate: 'drill-gate', maxWait: '1s' })(async () => {
    throw httpError(429, { headers: { 'retry-after': '60' } });
  });
  metricsText();
  const calls = setInterval(() => {
    for (const call of [open, flaky, limited]) void call().catch(() => undefined);
  }, 20);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      clearInterval(calls);
      restore();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits until a query has a result. */
export async function answering(prometheus: Prometheus, expr: string): Promise<void> {
  for (;;) {
    const { series } = await prometheus.query(expr);
    if (series > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
