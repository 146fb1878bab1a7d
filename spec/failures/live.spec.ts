import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import axios from 'axios';
import { expect } from 'chai';
import got from 'got';
import { classify } from '#lib/index.js';
import { rejectionOf } from '../support/upstream.js';

describe('Errors of real clients as they are thrown', () => {
  let server: Server;
  let origin: string;
  /** Nobody listens there any more. */
  let closed: string;

  before(async () => {
    server = createServer((request, response) => {
      request.resume();
      if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else if (request.url === '/ftp') response.writeHead(302, { location: 'ftp://127.0.0.1/x' }).end();
      else if (request.url === '/quota')
        response
          .writeHead(429, { 'content-type': 'application/json' })
          .end('{"error":{"message":"The message.","code":"insufficient_quota"}}');
      else if (request.url === '/google')
        response
          .writeHead(429, { 'content-type': 'application/json' })
          .end('{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"7s"}]}}');
      else response.end('body');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closed = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    other.close();
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const clients: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    axios: async (path) => axios(origin + path),
    got: async (path) => got(origin + path, { retry: { limit: 0 } }),
    'got, with a parsed body': async (path) => got(origin + path, { retry: { limit: 0 }, responseType: 'json' }),
  };
  for (const [name, ask] of Object.entries(clients)) {
    it(`say in their body that the quota is spent: ${name}`, async () => {
      expect(classify(await rejectionOf(ask('/quota'))).kind).to.equal('quota');
    });

    it(`say in their body how long to wait: ${name}`, async () => {
      expect(classify(await rejectionOf(ask('/google')))).to.include({ kind: 'rate-limited', retryAfterMs: 7000 });
    });
  }

  const upload = (): Readable =>
    new Readable({
      read() {
        this.destroy(new RangeError('a bug of the caller'));
      },
    });
  const sent = (body: unknown, more = {}): RequestInit =>
    ({ method: 'POST', body, duplex: 'half', ...more }) as unknown as RequestInit;
  const FETCHES: readonly [what: string, kind: string, ask: () => Promise<unknown>][] = [
    ['is redirected for ever', 'rejected', () => fetch(`${origin}/loop`)],
    ['is redirected, and must not be', 'rejected', () => fetch(`${origin}/loop`, { redirect: 'error' })],
    ['is redirected to another protocol', 'misconfigured', () => fetch(`${origin}/ftp`)],
    ['asks for a file', 'misconfigured', () => fetch('file:///etc/hosts')],
    ['asks for what is no page', 'misconfigured', () => fetch('about:nothing')],
    ['asks for a blob that is gone', 'misconfigured', () => fetch('blob:nodedata:00000000')],
    ['asks for a bad port', 'misconfigured', () => fetch('http://127.0.0.1:1/')],
    ['gets another body than it asked for', 'malformed', () => fetch(origin, { integrity: 'sha256-AAAA' })],
    [
      'sends less than it says',
      'misconfigured',
      () => fetch(origin, sent('body', { headers: { 'content-length': '9' } })),
    ],
    ['sends a stream that fails', 'unknown', () => fetch(origin, sent(upload()))],
    ['finds nobody', 'network', () => fetch(closed)],
  ];
  for (const [what, kind, ask] of FETCHES)
    it(`are of a fetch that ${what}: ${kind}`, async () => {
      expect(classify(await rejectionOf(ask())).kind).to.equal(kind);
    });

  it('are of a fetch that lost its connection in a way that is on no list', async () => {
    const failed = (cause?: unknown): string => classify(new TypeError('fetch failed', { cause })).kind;
    expect(failed()).to.equal('network');
    for (const code of ['EMFILE', 'ENOBUFS', 'UND_ERR_INFO', 'ERR_HTTP2_INVALID_SESSION', 'UND_ERR_SOCKS5_REPLY_4'])
      expect(failed(Object.assign(new Error('lost'), { code })), code).to.equal('network');
    expect(failed(new Error('connection lost'))).to.equal('network');
    // What crosses a thread has lost its code.
    expect(classify(structuredClone(await rejectionOf(fetch(closed)))).kind).to.equal('network');
    expect(failed(new RangeError('a bug'))).to.equal('unknown');
  });
});
