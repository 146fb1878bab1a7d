import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { circuit, CircuitProtected, ConfigurationError } from '#lib/index.js';
import { type Health, health, healthHandler, toNode } from '#lib/health/index.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('holdfast/health', () => {
  const opened: string[] = [];
  // Before the log is put back.
  afterEach(() => {
    for (const name of opened.splice(0)) circuit(name).reset();
  });
  virtualTime();

  async function openCircuit(options: object = {}): Promise<string> {
    const name = uniqueName();
    opened.push(name);
    const ask = CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '30s', ...options });
    await rejectionOf(ask(async (_key: string) => Promise.reject(unavailable()))('key-of-a-customer'));
    return name;
  }

  const get = (options?: object): Response => healthHandler(options)(new Request('http://localhost/healthz'));

  it('is degraded and answers 200 while a circuit is open', async () => {
    const name = await openCircuit();
    expect(health().status).to.equal('degraded');
    const response = get();
    expect(response.status).to.equal(200);
    const { circuits } = (await response.json()) as ReturnType<typeof health>;
    expect(circuits.find((one) => one.name === name)).to.deep.equal({ name, state: 'open', retryAfterMs: 30_000 });
  });

  it('is down and answers 503 with Retry-After while a critical circuit is open', async () => {
    const name = await openCircuit();
    expect(health({ critical: [name] }).status).to.equal('down');
    const response = get({ critical: [name] });
    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '30']);
  });

  it('says no Retry-After for a circuit that is isolated', async () => {
    const name = await openCircuit();
    circuit(name).isolate();
    const response = get({ critical: [name] });
    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, null]);
  });

  it('answers with the status that is asked for when it is degraded', async () => {
    await openCircuit();
    expect(get({ degradedIs: 503 }).status).to.equal(503);
  });

  it('counts keys, and names none', async () => {
    const name = await openCircuit({ key: (key: string) => key });
    expect(JSON.stringify(health())).not.to.contain('customer');
    const shown = health().circuits.find((one) => one.name === name);
    expect(shown?.keys).to.deep.equal({ closed: 0, open: 1, 'half-open': 0, isolated: 0, 'forced-closed': 0 });
  });

  it('answers on a real server: live under an outage, and not ready while a critical circuit is open', async () => {
    const name = await openCircuit();
    const [live, ready] = [toNode(healthHandler()), toNode(healthHandler({ critical: [name] }))];
    const server = createServer((request, response) => {
      (request.url === '/healthz' ? live : ready)(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [healthz, readyz] = [await fetch(`${url}/healthz`), await fetch(`${url}/readyz`)];
    expect([healthz.status, ((await healthz.json()) as Health).status]).to.deep.equal([200, 'degraded']);
    expect([readyz.status, readyz.headers.get('retry-after')]).to.deep.equal([503, '30']);
    expect(((await readyz.json()) as Health).status).to.equal('down');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('answers GET and HEAD alone', () => {
    const handler = healthHandler();
    expect(handler(new Request('http://localhost/', { method: 'POST' })).status).to.equal(405);
    expect(handler(new Request('http://localhost/', { method: 'HEAD' })).body).to.equal(null);
    expect(handler().status).to.equal(200);
  });

  it('says what it expected', () => {
    expect(() => health({ critical: 'payments', degradedIs: 201, other: 1 } as never))
      .to.throw(ConfigurationError)
      .with.property('problems')
      .that.has.lengthOf(3);
  });
});
