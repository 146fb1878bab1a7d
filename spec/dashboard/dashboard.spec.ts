import { expect } from 'chai';
import { circuit, CircuitProtected, ConfigurationError, configure, onEvent, type ResilienceEvent } from '#lib/index.js';
import { dashboard } from '#lib/dashboard/index.js';
import { uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const TOKEN = 'a-token-of-a-spec';
const BASE = 'http://localhost:8080';
const OPENED = { level: 'error', message: 'circuit_opened' };

describe('holdfast/dashboard', () => {
  virtualTime();
  const handler = dashboard({ token: TOKEN, control: true });

  const request = (path: string, init: RequestInit = {}, token: string | undefined = TOKEN): Request => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    return new Request(`${BASE}${path}`, { ...init, headers });
  };
  const move = (name: string, what: string, init: RequestInit = {}) =>
    request(`/api/circuits/${encodeURIComponent(name)}/${what}`, {
      method: 'POST',
      ...init,
      headers: { origin: BASE, ...(init.headers as Record<string, string>) },
    });

  async function usedCircuit(): Promise<string> {
    const name = uniqueName();
    await CircuitProtected({ circuit: name })(async () => 'x')();
    return name;
  }

  it('is refused without token or authorize, and with options that are wrong', () => {
    expect(() => dashboard({} as never)).to.throw(ConfigurationError, /expected token or authorize, got neither/);
    expect(() => dashboard({ token: 'short' }))
      .to.throw(ConfigurationError, 'got a string')
      .and.not.match(/short/);
    const wrong = { token: TOKEN, basePath: 'x', hosts: [], control: 1, colour: 'red' } as never;
    expect(() => dashboard(wrong))
      .to.throw(ConfigurationError)
      .with.property('problems')
      .that.has.lengthOf(4);
  });

  it('serves the page without a token, with a policy that allows nothing from elsewhere, and no data in it', async () => {
    const name = await usedCircuit();
    const response = await handler(request('/', {}, undefined));
    expect(response.status).to.equal(200);
    const html = await response.text();
    expect(html.length).to.be.below(40_000);
    expect(html).not.to.contain(name);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.match(/^default-src 'none'/)
      .and.contain("frame-ancestors 'none'");
    const [, nonce = '?'] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
    expect(html).to.contain(`<script nonce="${nonce}">`);
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const other = await handler(request('/', {}, undefined));
    expect(other.headers.get('content-security-policy')).not.to.equal(policy);
  });

  for (const host of ['ops.example:8080', '::1', 'http://ops.example', 'ops.example/x', 'me@ops.example', ' ', '', 7])
    it(`refuses ${JSON.stringify(host)} as a host, which no request would ever name so`, () => {
      expect(() => dashboard({ token: TOKEN, hosts: ['localhost', host as string] })).to.throw(
        ConfigurationError,
        'names without scheme and port, such as "ops.example" or "[::1]"',
      );
    });

  it('takes a name of letters beyond ASCII as requests write it', async () => {
    const named = dashboard({ token: TOKEN, hosts: ['bücher.example'] });
    const request = new Request('http://bücher.example/', { headers: { host: 'xn--bcher-kva.example' } });
    expect((await named(request)).status).to.equal(200);
  });

  it('takes the name of a host in capital or small letters', async () => {
    const named = dashboard({ token: TOKEN, hosts: ['Ops.Example'] });
    for (const host of ['ops.example', 'OPS.example', 'Ops.Example'])
      expect((await named(new Request('http://ops.example/', { headers: { host } }))).status).to.equal(200);
  });

  const refusals: readonly (readonly [what: string, make: () => Request, status: number])[] = [
    ['data without a token', () => request('/api/inspect', {}, ''), 401],
    ['data with a wrong token', () => request('/api/inspect', {}, `${TOKEN}x`), 401],
    ['a token in the query', () => request(`/api/inspect?token=${TOKEN}`, {}, ''), 401],
    ['events without a token', () => request('/api/events', {}, ''), 401],
    ['another host', () => new Request('http://evil.example/', { headers: { host: 'evil.example' } }), 421],
    ['another host in the header', () => request('/', { headers: { host: 'evil.example' } }), 421],
    ['an unknown path', () => request('/other'), 404],
    ['an unknown path of the API', () => request('/api/other'), 404],
    ['a path that is too long', () => request(`/${'x'.repeat(5000)}`), 404],
    [
      'a path that leads out',
      () => request('/api/circuits/..%2f..%2fetc/isolate', { method: 'POST', headers: { origin: BASE } }),
      404,
    ],
    [
      'a name that cannot be decoded',
      () => request('/api/circuits/%E0%A4%A/isolate', { method: 'POST', headers: { origin: BASE } }),
      404,
    ],
    ['a circuit that nobody has used', () => move('never used', 'isolate'), 404],
    ['a write by GET', () => request('/api/circuits/x/isolate'), 405],
    ['a page that is posted to', () => request('/', { method: 'POST' }), 405],
    ['a write from another origin', () => move('x', 'isolate', { headers: { origin: 'https://evil.example' } }), 403],
    ['a stream that nobody would read', () => request('/api/events', { method: 'HEAD' }), 405],
    ['a write of data', () => request('/api/inspect', { method: 'POST' }), 405],
    ['a write from a page without a name', () => move('x', 'isolate', { headers: { origin: 'null' } }), 403],
    ['a write from another port', () => move('x', 'isolate', { headers: { origin: 'http://localhost:9090' } }), 403],
    [
      'a write from https that the browser does not call the same origin',
      () => move('x', 'isolate', { headers: { origin: 'https://localhost:8080', 'sec-fetch-site': 'cross-site' } }),
      403,
    ],
    ['a move that does not exist', () => move('x', 'delete'), 404],
    ['a path that leads out, in plain', () => request('/api/circuits/../../../etc/passwd'), 404],
    ['a path with two slashes', () => request('//api/inspect'), 404],
    ['a write without an origin', () => request('/api/circuits/x/isolate', { method: 'POST' }), 403],
  ];
  for (const [what, make, status] of refusals)
    it(`refuses ${what} with ${status}`, async () => {
      const response = await handler(make());
      expect(response.status).to.equal(status);
      expect(await response.text()).to.match(/^[a-z ]+\n$/);
    });

  it('moves no circuit without control', async () => {
    const name = await usedCircuit();
    expect((await dashboard({ token: TOKEN })(move(name, 'isolate'))).status).to.equal(403);
    expect(circuit(name).state).to.equal('closed');
  });

  it('isolates and resets a circuit, says so in an event, and cuts the reason', async () => {
    const name = await usedCircuit();
    const heard: ResilienceEvent[] = [];
    const stop = onEvent((event) => heard.push(event));
    const body = JSON.stringify({ reason: 'x'.repeat(500) });
    expect((await handler(move(name, 'isolate', { body }))).status).to.equal(200);
    expect(circuit(name).snapshot()).to.include({ state: 'isolated', reason: 'x'.repeat(200) });
    expect((await handler(move(name, 'reset'))).status).to.equal(200);
    stop();
    expect(circuit(name).state).to.equal('closed');
    expect(heard).to.deep.equal([
      { type: 'circuit_opened', circuit: name, state: 'isolated', by: 'dashboard' },
      { type: 'circuit_closed', circuit: name, state: 'closed', by: 'dashboard' },
    ]);
    expect((await handler(move(name, 'isolate', { body: 'x'.repeat(5000) }))).status).to.equal(413);
  });

  it('asks authorize, and lets nobody in if that throws', async () => {
    const asked = (authorize: (request: Request) => boolean) =>
      dashboard({ authorize })(request('/api/inspect')).then(({ status }) => status);
    expect(await asked(({ headers }) => headers.get('authorization') === `Bearer ${TOKEN}`)).to.equal(200);
    expect(await asked(() => false)).to.equal(401);
    expect(
      await asked(() => {
        throw new Error('no');
      }),
    ).to.equal(401);
  });

  it('answers below its base path alone', async () => {
    const mounted = dashboard({ token: TOKEN, basePath: '/ops' });
    const statusOf = async (path: string): Promise<number> => (await mounted(request(path))).status;
    expect([await statusOf('/ops'), await statusOf('/ops/api/inspect'), await statusOf('/api/inspect')]).to.deep.equal([
      200, 200, 404,
    ]);
  });

  it('names no key unless it is asked to', async () => {
    const name = uniqueName();
    await CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) => 'x')('tenant-7');
    expect(await (await handler(request('/api/inspect'))).text()).not.to.contain('tenant-7');
    const withKeys = dashboard({ token: TOKEN, keys: true });
    expect(await (await withKeys(request('/api/inspect'))).text()).to.contain('tenant-7');
  });

  it('keeps no viewer that has left before its stream was opened', async () => {
    const own = dashboard({ token: TOKEN });
    for (let i = 0; i < 21; i++) {
      const response = await own(request('/api/events', { signal: AbortSignal.abort() }));
      expect(response.status, String(i)).to.equal(200);
      expect(await response.text()).to.equal('');
    }
  });

  it('streams what happens to at most 20 viewers, and listens to nothing when they have gone', async () => {
    const own = dashboard({ token: TOKEN });
    const viewers = await Promise.all(Array.from({ length: 20 }, () => own(request('/api/events'))));
    const surplus = await own(request('/api/events'));
    expect([surplus.status, surplus.headers.get('retry-after')]).to.deep.equal([503, '10']);
    const reader = viewers[0]?.body?.getReader();
    const next = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value);
    expect(await next()).to.match(/^event: hello\ndata: \{"source":/);
    const name = uniqueName();
    await CircuitProtected({ circuit: name, failureThreshold: 1 })(async () => Promise.reject(unavailable()))().catch(
      () => undefined,
    );
    expect(await next()).to.match(/^event: event\ndata: .*"message":"circuit_opened"/);
    await reader?.cancel();
    for (const { body } of viewers.slice(1)) await body?.cancel();
    expect((await own(request('/api/events'))).status).to.equal(200);
  });

  it('tells settings at first, and again when they have changed', async () => {
    await usedCircuit();
    const { body } = await dashboard({ token: TOKEN })(request('/api/events'));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
    expect(await next()).to.contain('"settings":');
    const tick = await next();
    expect(tick).to.match(/^event: tick/);
    expect(tick).not.to.contain('"settings":');
    const restore = configure({ settings: { circuit: { failureThreshold: 77 } } });
    expect(await next()).to.match(/^event: settings\ndata: .*"value":77/);
    restore();
    await reader.cancel();
  });

  it('tells events that are alike once, with their number', async () => {
    const { body } = await dashboard({ token: TOKEN })(request('/api/events'));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const name = await usedCircuit();
    for (let i = 0; i < 1000; i++) {
      circuit(name).isolate();
      circuit(name).reset();
    }
    const text = new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as { times: number });
    expect(told.map(({ times }) => times)).to.deep.equal([1000, 1000]);
  });

  it('takes a write behind a proxy that ends TLS, if the browser says that it is the same origin', async () => {
    const name = await usedCircuit();
    const headers = { origin: 'https://localhost:8080', 'sec-fetch-site': 'same-origin' };
    expect((await handler(move(name, 'isolate', { headers }))).status).to.equal(200);
    circuit(name).reset();
  });

  it('logs every move, also one that changes no state, and no reason', async () => {
    const lines: unknown[] = [];
    const restore = configure({ logger: { log: (entry: object) => void lines.push(entry) } });
    const name = await usedCircuit();
    await handler(move(name, 'isolate', { body: JSON.stringify({ reason: 'the reason' }) }));
    await handler(move(name, 'isolate'));
    await handler(move(name, 'reset'));
    await handler(move(name, 'reset'));
    restore();
    expect(lines).to.deep.equal([
      ...[1, 2].map(() => ({ ...OPENED, circuit: name, state: 'isolated', by: 'dashboard' })),
      ...[1, 2].map(() => ({
        level: 'info',
        message: 'circuit_closed',
        circuit: name,
        state: 'closed',
        by: 'dashboard',
      })),
    ]);
  });
});
