import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { expect } from 'chai';
import * as undici from 'undici';
import { type FetchOptions, HttpStatusError, resilientFetch } from '#lib/fetch/index.js';
import { circuit, circuits, currentSignal, ConfigurationError, configure, TimeLimited } from '#lib/index.js';
import { type FaultServer, instantRetries, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, turn, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { AUTHORIZED } from './support/clients.js';
import { problemsOf } from '../support/problems.js';

const UNAVAILABLE = { type: 'status', status: 503 } as const;

describe('resilientFetch', () => {
  const world = virtualTime();
  let upstream: FaultServer;
  let name: string;
  let restore: () => void;
  let models: string;
  let chat: string;

  before(async () => {
    upstream = await startFaultServer();
    models = `${upstream.baseUrl}/models`;
    chat = `${upstream.baseUrl}/chat/completions`;
  });
  after(() => upstream.close());
  beforeEach(() => {
    upstream.reset();
    name = uniqueName();
    restore = instantRetries();
  });
  afterEach(() => restore());

  const resilient = (options: FetchOptions = {}): typeof fetch => resilientFetch({ circuit: name, ...options });
  const headers = { ...AUTHORIZED, 'content-type': 'application/json' };
  const question = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'why?' }] });

  describe('the answer', () => {
    it('is a final 503 itself, its body unread', async () => {
      upstream.always({ ...UNAVAILABLE, message: 'come back later' });
      const response = await resilient()(models, { headers });
      expect(response.status).to.equal(503);
      expect(response.bodyUsed).to.equal(false);
      expect(await response.text()).to.include('come back later');
      expect(upstream.count).to.equal(3);
    });

    it('is thrown with throwOnStatus, and says nothing of what the upstream said where it is printed', async () => {
      upstream.always({ ...UNAVAILABLE, message: 'secret', headers: { 'x-secret': 'secret' } });
      const error = await rejectionOf(resilient({ throwOnStatus: true })(models, { headers }));
      expect(error).to.be.instanceOf(HttpStatusError).and.include({ name: 'HttpStatusError', status: 503 });
      expect(inspect(error) + JSON.stringify(error)).not.to.include('secret');
      const { response, headers: own } = error as HttpStatusError;
      expect(own.get('x-secret')).to.equal('secret');
      expect(await response.text()).to.include('secret');
    });

    it('is thrown with throwOnStatus for a 404 too, and returned for a 304', async () => {
      const server = createServer((_request, response) => response.writeHead(304).end());
      const url = await listen(server);
      const fetch = resilient({ throwOnStatus: true });
      expect((await fetch(url)).status).to.equal(304);
      expect(await rejectionOf(fetch(`${upstream.baseUrl}/nowhere`, { headers }))).to.include({ status: 404 });
      await close(server);
    });

    it('is what fetch rejects with where it rejects, itself', async () => {
      const bug = new RangeError('a bug');
      const fetch = resilient({
        fetch: async () => {
          throw bug;
        },
      });
      expect(await rejectionOf(fetch(models))).to.equal(bug);
      expect(await rejectionOf(resilient()('not a url'))).to.be.instanceOf(TypeError);
    });

    it('comes from a fallback that is given the error and what fetch was given', async () => {
      upstream.always(UNAVAILABLE);
      const given: unknown[] = [];
      const fetch = resilient({
        circuitOptions: {
          failureThreshold: 1,
          fallback: (...args: unknown[]) => {
            given.push(...args);
            return new Response('from the cache');
          },
        },
      });
      const init = { headers };
      await fetch(models, init);
      expect(await (await fetch(models, init)).text()).to.equal('from the cache');
      expect(given[0]).to.have.property('name', 'CircuitOpenError');
      expect(given.slice(1)).to.deep.equal([models, init]);
    });

    it('is asked of the fetch that is global then', async () => {
      const fetch = resilient();
      const original = globalThis.fetch;
      globalThis.fetch = async () => new Response('patched');
      try {
        expect(await (await fetch(models)).text()).to.equal('patched');
      } finally {
        globalThis.fetch = original;
      }
    });

    it('is the first one while holdfast is switched off', async () => {
      const on = configure({ settings: { resilience: { enabled: false } } });
      upstream.always(UNAVAILABLE);
      expect((await resilient()(models, { headers })).status).to.equal(503);
      expect(upstream.count).to.equal(1);
      on();
    });
  });

  describe('what is repeated', () => {
    beforeEach(() => upstream.always(UNAVAILABLE));

    for (const [method, requests] of [
      ['GET', 3],
      ['get', 3],
      ['PUT', 3],
      ['DELETE', 3],
      ['OPTIONS', 3],
      ['POST', 1],
      ['post', 1],
      ['PATCH', 1],
    ] as const) {
      it(`${method} is sent ${requests} times`, async () => {
        await resilient()(chat, { method, headers });
        expect(upstream.count).to.equal(requests);
      });
    }

    for (const [how, withKey] of [
      ['an object', { ...headers, 'Idempotency-Key': 'a1' }],
      ['Headers', new Headers({ ...headers, 'idempotency-key': 'a1' })],
      ['pairs', [...Object.entries(headers), ['IDEMPOTENCY-KEY', 'a1'] as [string, string]]],
    ] as const) {
      it(`POST is sent 3 times with an Idempotency-Key in ${how}`, async () => {
        await resilient()(chat, {
          method: 'POST',
          headers: withKey as NonNullable<RequestInit['headers']>,
          body: question,
        });
        expect(upstream.requests.map(({ headers: got }) => got['idempotency-key'])).to.deep.equal(['a1', 'a1', 'a1']);
        expect(upstream.requests.map(({ body }) => body)).to.deep.equal(Array(3).fill(JSON.parse(question)));
      });
    }

    it('a POST with an empty Idempotency-Key is sent once', async () => {
      await resilient()(chat, { method: 'POST', headers: { ...headers, 'idempotency-key': '' } });
      expect(upstream.count).to.equal(1);
    });

    it('retryMethods say otherwise', async () => {
      const fetch = resilient({ retryMethods: ['post'] });
      await fetch(chat, { method: 'POST', headers, body: question });
      expect(upstream.count).to.equal(3);
      await fetch(models, { headers });
      expect(upstream.count).to.equal(4);
    });

    it('a 429 is not waited for with a POST, which closes the gate for others', async () => {
      restore();
      upstream.always({ type: 'rate-limit', retryAfter: 5 });
      const fetch = resilient();
      expect((await fetch(chat, { method: 'POST', headers, body: question })).status).to.equal(429);
      upstream.reset();
      const get = watch(fetch(models, { headers }));
      await turn();
      expect(upstream.count).to.equal(0);
      await world.clock.advance('6s');
      await upstream.received(1);
      await upstream.settled();
      while (!get.settled.done) await turn();
      expect(get.settled.value).to.have.property('status', 200);
    });

    it('nothing is with retry: false, and the circuit counts all the same', async () => {
      const fetch = resilient({ retry: false, circuitOptions: { failureThreshold: 2 } });
      await fetch(models, { headers });
      await fetch(models, { headers });
      expect(upstream.count).to.equal(2);
      expect(await rejectionOf(fetch(models, { headers }))).to.have.property('name', 'CircuitOpenError');
    });

    for (const [what, body] of [
      ['a web stream', () => new Blob([question]).stream()],
      ["a stream of Node's", () => Readable.from([question])],
      ['a generator', () => generator(question)],
    ] as const) {
      it(`${what} is sent once, although PUT may be repeated`, async () => {
        const fetch = resilient({ circuitOptions: { failureThreshold: 1 } });
        const init = { method: 'PUT', headers, body: body(), duplex: 'half' } as unknown as RequestInit;
        const response = await fetch(chat, init);
        expect(response.status).to.equal(503);
        expect(upstream.requests.map(({ body: got }) => got)).to.deep.equal([JSON.parse(question)]);
        expect(world.heard('circuit_opened')).to.have.length(1);
        expect(world.heard('retry_gave_up')).to.have.nested.property('[0].reason', 'body');
      });
    }

    it("what says duplex: 'half' is sent once", async () => {
      await resilient()(chat, { method: 'PUT', headers, body: question, duplex: 'half' } as RequestInit);
      expect(upstream.count).to.equal(1);
      expect(world.heard('retry_gave_up')).to.have.nested.property('[0].reason', 'body');
    });

    for (const [what, body] of [
      ['a text', () => question],
      ['bytes', () => new TextEncoder().encode(question)],
      ['a Blob', () => new Blob([question])],
    ] as const) {
      it(`${what} is sent again as it was`, async () => {
        await resilient()(chat, { method: 'PUT', headers, body: body() });
        expect(upstream.requests.map(({ body: got }) => got)).to.deep.equal(Array(3).fill(JSON.parse(question)));
      });
    }

    it('a form is sent again as it was', async () => {
      const form = new FormData();
      form.set('question', 'why?');
      await resilient()(chat, { method: 'PUT', headers: AUTHORIZED, body: form });
      expect(upstream.count).to.equal(3);
      for (const { body } of upstream.requests) expect(String(body)).to.include('why?');
    });

    it('a Request is cloned for each attempt, and used up as fetch leaves it', async () => {
      const request = new Request(chat, { method: 'PUT', headers, body: question });
      const response = await resilient()(request);
      expect(response.status).to.equal(503);
      expect(upstream.requests.map(({ body }) => body)).to.deep.equal(Array(3).fill(JSON.parse(question)));
      expect(request.bodyUsed).to.equal(true);
      expect(await rejectionOf(resilient()(request))).to.be.instanceOf(TypeError);
      expect(upstream.count).to.equal(3);
    });

    it('a Request that is sent once is sent itself', async () => {
      const request = new Request(chat, { method: 'POST', headers, body: question });
      await resilient()(request);
      expect(upstream.count).to.equal(1);
      expect(request.bodyUsed).to.equal(true);
    });

    it('a Request of another implementation is read like that of the runtime', async () => {
      const fetch = resilient({ fetch: undici.fetch as unknown as typeof globalThis.fetch });
      const post = new undici.Request(chat, { method: 'POST', headers, body: question });
      await fetch(post as unknown as Request);
      expect(upstream.count).to.equal(1);
      const put = new undici.Request(chat, { method: 'PUT', headers, body: question });
      await fetch(put as unknown as Request);
      expect(upstream.requests.map(({ body }) => body)).to.deep.equal(Array(4).fill(JSON.parse(question)));
      const [handle] = circuits().filter((one) => one.name.startsWith(name));
      expect(handle?.name).to.equal(`${name}[127.0.0.1:${upstream.port}]`);
    });

    it("a Request's headers and method count, and those of init replace them", async () => {
      const request = new Request(chat, { method: 'POST', headers: { ...headers, 'idempotency-key': 'a1' } });
      await resilient()(request);
      expect(upstream.count).to.equal(3);
      await resilient()(request, { headers });
      expect(upstream.count).to.equal(4);
      await resilient()(request, { method: 'PUT', headers });
      expect(upstream.count).to.equal(7);
    });

    it('is what was given when it was called', async () => {
      const init = { method: 'PUT', headers, body: question };
      const answered = resilient()(chat, init);
      init.body = 'changed';
      init.method = 'POST';
      await answered;
      expect(upstream.requests.map(({ method, body }) => [method, body])).to.deep.equal(
        Array(3).fill(['PUT', JSON.parse(question)]),
      );
    });

    it('an answer that retryOnResult rejects, and its body is cancelled', async () => {
      const bodies: Response[] = [];
      const fetch = resilient({
        retry: { retryOnResult: ({ status }: Response) => status === 202 },
        fetch: async () => {
          const response = new Response('pending', { status: 202 });
          bodies.push(response);
          return response;
        },
      });
      const response = await fetch(models);
      expect(bodies.map(({ bodyUsed }) => bodyUsed)).to.deep.equal([true, true, false]);
      expect(await response.text()).to.equal('pending');
    });
  });

  describe('circuits', () => {
    const keys = (): string[] => circuits().flatMap((handle) => (handle.name.startsWith(name) ? [handle.name] : []));

    it('are one per host, so that one that fails leaves the others alone', async () => {
      const other = await startFaultServer();
      upstream.always(UNAVAILABLE);
      const fetch = resilient({ circuitOptions: { failureThreshold: 1 } });
      await fetch(models, { headers });
      expect(await rejectionOf(fetch(new URL(models)))).to.have.property('name', 'CircuitOpenError');
      expect(await rejectionOf(fetch(new Request(models)))).to.have.property('name', 'CircuitOpenError');
      expect((await fetch(`${other.baseUrl}/models`, { headers })).status).to.equal(200);
      const hosts = [upstream, other].map(({ port }) => `${name}[127.0.0.1:${port}]`);
      expect(keys()).to.have.members(hosts);
      expect(circuit(hosts[0] as string).isOpen).to.equal(true);
      await other.close();
    });

    it('are one per origin', async () => {
      await resilient({ per: 'origin' })(models, { headers });
      expect(keys()).to.deep.equal([`${name}[http://127.0.0.1:${upstream.port}]`]);
    });

    it('are what a function makes of the request, which it gets without its body', async () => {
      const seen: unknown[] = [];
      const fetch = resilient({
        per: (request) => {
          seen.push(request.url, request.method, request.headers.get('x-tenant'), request.body);
          return request.headers.get('x-tenant') ?? 'nobody';
        },
      });
      await fetch(chat, { method: 'POST', headers: { ...headers, 'x-tenant': 'a' }, body: question });
      expect(seen).to.deep.equal([chat, 'POST', 'a', null]);
      expect(keys()).to.deep.equal([`${name}[a]`]);
    });

    it('are bounded by maxKeys', async () => {
      const fetch = resilient({
        circuitOptions: { maxKeys: 3 },
        per: ({ url }) => url,
        fetch: async () => new Response(),
      });
      for (let at = 0; at < 20; at++) await fetch(`http://host-${at}.test/`);
      expect(keys()).to.have.length(3);
    });

    it('have a name by default, which clients share', async () => {
      const fetch = resilientFetch({ fetch: async () => new Response() });
      await fetch('http://shared.test/');
      expect(circuit('fetch[shared.test]').state).to.equal('closed');
      circuit('fetch[shared.test]').isolate();
      const error = await rejectionOf(resilientFetch()('http://shared.test/'));
      circuit('fetch[shared.test]').reset();
      expect(error).to.have.property('name', 'CircuitOpenError');
    });

    it('share one for URLs without a host', async () => {
      const fetch = resilient({ fetch: async () => new Response() });
      await fetch('/relative');
      await fetch('data:text/plain,hello');
      expect(keys()).to.deep.equal([`${name}[none]`]);
    });
  });

  describe('signals', () => {
    it("end the call with the caller's reason before anything is sent", async () => {
      const reason = new Error('changed my mind');
      for (const input of [models, new Request(models, { signal: AbortSignal.abort(reason) })]) {
        const init = typeof input === 'string' ? { signal: AbortSignal.abort(reason) } : undefined;
        expect(await rejectionOf(resilient()(input, init))).to.equal(reason);
      }
      expect(upstream.count).to.equal(0);
    });

    it('end the wait between two attempts', async () => {
      restore();
      upstream.always(UNAVAILABLE);
      const controller = new AbortController();
      const call = watch(resilient()(models, { headers, signal: controller.signal }));
      while (world.heard('retry_scheduled').length === 0) await turn();
      const reason = new Error('changed my mind');
      controller.abort(reason);
      while (!call.settled.done) await turn();
      expect(call.settled.error).to.equal(reason);
      expect(upstream.count).to.equal(1);
      expect(world.clock.timers).to.equal(0);
    });

    for (const timeLimit of [undefined, '20s'] as const) {
      it(`end the body of an answer that has begun${timeLimit ? ', with a time limit too' : ''}`, async () => {
        upstream.always({ type: 'body-stall' });
        const controller = new AbortController();
        const fetch = resilient(timeLimit && { timeLimit });
        const response = await fetch(models, { headers, signal: controller.signal });
        const reading = rejectionOf(response.text());
        controller.abort(new Error('changed my mind'));
        expect(await reading).to.have.property('message', 'changed my mind');
        await upstream.settled();
        expect(upstream.requests[0]?.outcome).to.equal('aborted');
      });
    }

    it('of the method that calls end the call too, beside those of the caller', async () => {
      upstream.always('stall');
      const fetch = resilient();
      const { signal } = new AbortController();
      const ask = TimeLimited('2s')(async () => fetch(models, { headers, signal }));
      const rejection = rejectionOf(ask());
      await upstream.received(1);
      await world.clock.advance('2s');
      expect(await rejection).to.have.property('name', 'TimeLimitError');
      await upstream.settled();
      expect(upstream.requests[0]?.outcome).to.equal('aborted');
    });

    it('of null means that a Request has none', async () => {
      const controller = new AbortController();
      const request = new Request(models, { headers, signal: controller.signal });
      controller.abort();
      expect((await resilient()(request, { signal: null })).status).to.equal(200);
    });

    it('reach a fetch that is given, of each attempt its own', async () => {
      const seen: (AbortSignal | null | undefined)[] = [];
      const fetch = resilient({
        timeLimit: '2s',
        fetch: async (_input, init) => {
          seen.push(init?.signal);
          expect(currentSignal()).not.to.equal(undefined);
          return new Response('', { status: seen.length < 3 ? 503 : 200 });
        },
      });
      await fetch(models);
      expect(new Set(seen).size).to.equal(3);
    });

    it('cancel a late answer of an attempt that has ended, if a fetch ignores them', async () => {
      const late = new Response('late');
      let answer: (response: Response) => void = () => {};
      const fetch = resilient({
        timeLimit: '2s',
        retry: false,
        fetch: () => new Promise((resolve) => (answer = resolve)),
      });
      const rejection = rejectionOf(fetch(models));
      await world.clock.advance('2s');
      expect(await rejection).to.have.property('name', 'TimeLimitError');
      answer(late);
      await turn();
      expect(late.bodyUsed).to.equal(true);
    });
  });

  describe('redirects', () => {
    it('are a part of the attempt', async () => {
      const paths: (string | undefined)[] = [];
      const server = createServer((request, response) => {
        paths.push(request.url);
        if (request.url === '/from') response.writeHead(307, { location: '/to' }).end();
        else response.writeHead(paths.length < 4 ? 503 : 200).end();
      });
      const url = await listen(server);
      const response = await resilient()(`${url}from`);
      expect(response).to.include({ status: 200, redirected: true });
      expect(paths).to.deep.equal(['/from', '/to', '/from', '/to']);
      expect(world.heard('retry_scheduled')).to.have.length(1);
      await close(server);
    });
  });

  describe('sockets', () => {
    it('of failed attempts go back', async () => {
      upstream.script(UNAVAILABLE, { type: 'body-stall', status: 503 }, 'ok');
      const response = await resilient()(models, { headers });
      await response.text();
      await upstream.settled();
      expect(upstream.requests.map(({ outcome }) => outcome)).to.deep.equal(['answered', 'aborted', 'answered']);
    });

    it('are all free after 10 000 requests to an upstream that often fails', async function () {
      this.timeout(120_000);
      let asked = 0;
      upstream.always(() => {
        asked += 1;
        return asked % 8 === 0 ? { ...UNAVAILABLE, message: 'x'.repeat(20_000) } : 'ok';
      });
      const fetch = resilient({ retry: { maxAttempts: 5 }, circuitOptions: { failureThreshold: 1000 } });
      let open = 0;
      for (let at = 0; at < 100; at++) {
        const answers = await Promise.all(
          Array.from({ length: 100 }, async () => {
            const response = await fetch(models, { headers });
            await response.text();
            return response.status;
          }),
        );
        expect(new Set(answers)).to.deep.equal(new Set([200]));
        open = Math.max(open, upstream.open);
      }
      expect(asked).to.be.above(11_000);
      // What stays is kept alive for those at a time, and none waits for an answer.
      expect(open).to.be.at.most(250);
      await upstream.settled();
      expect(upstream.requests.filter(({ outcome }) => outcome === 'pending')).to.have.length(0);
    });
  });

  describe('options that are wrong', () => {
    for (const [options, problem] of [
      [{ circuit: '' }, 'resilientFetch: circuit: expected a name, got ""'],
      [{ per: 'path' }, "resilientFetch: per: expected 'host', 'origin' or a function, got a value of type string"],
      [
        { retries: 3 },
        'resilientFetch: unknown option "retries". Known: circuit, per, retry, circuitOptions, rateLimit, timeLimit, retryMethods, fetch, throwOnStatus',
      ],
      [
        { retryMethods: 'GET' },
        'resilientFetch: retryMethods: expected an array of HTTP methods, got a value of type string',
      ],
      [
        { retryMethods: ['GET', ''] },
        'resilientFetch: retryMethods: expected an array of HTTP methods, got one with other values',
      ],
      [{ throwOnStatus: 1 }, 'resilientFetch: throwOnStatus: expected true or false, got a value of type number'],
      [
        { timeLimit: 200 },
        "resilientFetch: timeLimit: expected a duration such as '20s', or an object with a limit, got a value of type number",
      ],
      [{ retry: { maxAttempts: 0 } }, 'fetch: @RetryOnTransient() maxAttempts: expected an integer >= 1, got 0'],
      [{ circuitOptions: { probes: 0 } }, 'fetch: @CircuitProtected() probes: expected an integer >= 1, got 0'],
    ] as const) {
      it(`are refused: ${JSON.stringify(options)}`, () => {
        expect(() => resilientFetch(options as unknown as FetchOptions))
          .to.throw(ConfigurationError)
          .with.deep.property('problems', [problem]);
      });
    }

    it('are refused all at once, those of the policies too', () => {
      const wrong = {
        retry: { maxAttempts: 0, signal: () => undefined },
        circuitOptions: { circuit: 'x', key: () => 'y', probes: 0, foo: 1 },
        rateLimit: { maxWait: 5 },
        timeLimit: '0s',
        more: 1,
      };
      const problems = problemsOf(() => resilientFetch(wrong as unknown as FetchOptions)).map((problem) =>
        problem.replace(/;.*|, got.*|\. Known.*/, ''),
      );
      expect(problems).to.deep.equal([
        'resilientFetch: retry: signal is not possible here',
        'fetch: @RetryOnTransient() maxAttempts: expected an integer >= 1',
        'resilientFetch: circuitOptions: circuit is not possible here',
        'resilientFetch: circuitOptions: key is not possible here',
        'fetch: @CircuitProtected() probes: expected an integer >= 1',
        'fetch: @CircuitProtected() foo: unknown key',
        'fetch: @RespectRateLimit() maxWait: expected a duration with a unit, such as "500ms", "1.5s" or "2m"',
        'fetch: @TimeLimited() limit: expected a duration above 0 with a unit, such as "500ms", "1.5s" or "2m"',
        'resilientFetch: unknown option "more"',
      ]);
    });

    it('are not those that are undefined', () => {
      const unset = {
        retry: { maxAttempts: 2, signal: undefined },
        circuitOptions: { key: undefined, circuit: undefined },
        rateLimit: { signal: undefined },
        timeLimit: undefined,
      };
      expect(() => resilientFetch(unset as unknown as FetchOptions)).not.to.throw();
    });

    it('are no options at all: a promise, a map, a list, a date, an address', () => {
      for (const value of [Promise.resolve({}), new Map(), [], 'fetch', new Date(), new URL('http://127.0.0.1')])
        expect(problemsOf(() => resilientFetch(value as unknown as FetchOptions))[0]).to.match(
          /^resilientFetch: expected an object of options, got /,
        );
    });

    it('are refused all at once', () => {
      const options = { per: 1, fetch: 2 } as unknown as FetchOptions;
      expect(() => resilientFetch(options))
        .to.throw(ConfigurationError)
        .with.nested.property('problems.length', 2);
      expect(() => resilientFetch(null as unknown as FetchOptions)).to.throw(ConfigurationError);
    });
  });
});

async function* generator(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
