import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { expect } from 'chai';
import { Agent, type Dispatcher, fetch, interceptors, request, stream, upgrade } from 'undici';
import { type UndiciOptions, undiciInterceptor } from '#lib/fetch/undici.js';
import { circuit, ConfigurationError } from '#lib/index.js';
import { type FaultServer, instantRetries, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, turn, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { AUTHORIZED } from './support/clients.js';

const UNAVAILABLE = { type: 'status', status: 503 } as const;

describe('undiciInterceptor', () => {
  const world = virtualTime();
  let upstream: FaultServer;
  let name: string;
  let restore: () => void;
  let agents: Agent[];
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
    agents = [];
  });
  afterEach(async () => {
    restore();
    for (const agent of agents) await agent.destroy();
  });

  function dispatcher(options: UndiciOptions = {}): Dispatcher {
    const agent = new Agent();
    agents.push(agent);
    return agent.compose(undiciInterceptor({ circuit: name, ...options }));
  }

  const headers = AUTHORIZED;
  const question = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'why?' }] });

  it('hands out a final 503 with its body, and ends the bodies of the attempts before it', async () => {
    upstream.script({ type: 'body-stall', status: 503 }, { type: 'body-stall', status: 500 });
    upstream.always({ ...UNAVAILABLE, message: 'come back later' });
    const { statusCode, headers: got, body } = await request(models, { headers, dispatcher: dispatcher() });
    expect(statusCode).to.equal(503);
    expect(got['content-type']).to.include('application/json');
    expect(await body.text()).to.include('come back later');
    await upstream.settled();
    expect(upstream.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'aborted', 'answered']);
  });

  it('streams a large answer through, whole and in order', async () => {
    const text = Array.from({ length: 100_000 }, (_, at) => at).join();
    upstream.script(UNAVAILABLE, { type: 'html', text });
    const { body } = await request(models, { headers, dispatcher: dispatcher() });
    expect(await body.text()).to.equal(text);
    upstream.script({ type: 'html', text });
    let streamed = '';
    const sink = (): Writable =>
      new Writable({
        highWaterMark: 1024,
        write: (chunk, _encoding, written) => {
          streamed += String(chunk);
          setImmediate(written);
        },
      });
    await stream(models, { method: 'GET', headers, dispatcher: dispatcher() }, sink);
    expect(streamed).to.equal(text);
  });

  it('gives the error of a body that breaks off after the answer has begun to its reader', async () => {
    upstream.script({ type: 'body-cut' });
    const { statusCode, body } = await request(models, { headers, dispatcher: dispatcher() });
    expect(statusCode).to.equal(200);
    expect(await rejectionOf(body.text())).to.have.property('code');
    expect(upstream.count).to.equal(1);
  });

  it('gives the error of a 503 whose body breaks off to its reader', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(503, { 'content-length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { statusCode, body } = await request(url, { dispatcher: dispatcher() });
    expect(statusCode).to.equal(503);
    expect(await rejectionOf(body.text())).to.be.instanceOf(Error);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  for (const [what, body, requests] of [
    ['a text', () => question, 3],
    ['bytes', () => Buffer.from(question), 3],
    ['a stream', () => Readable.from([question]), 1],
  ] as const) {
    it(`sends ${what} ${requests} times with PUT`, async () => {
      upstream.always(UNAVAILABLE);
      const answer = await request(chat, { method: 'PUT', headers, body: body(), dispatcher: dispatcher() });
      await answer.body.dump();
      expect(upstream.requests.map(({ body: got }) => got)).to.deep.equal(Array(requests).fill(JSON.parse(question)));
    });
  }

  for (const [how, withKey] of [
    ['an object', { ...headers, 'Idempotency-Key': 'a1' }],
    ['a flat list', ['authorization', 'Bearer none', 'Idempotency-Key', 'a1']],
  ] satisfies [string, Record<string, string> | string[]][]) {
    it(`sends a POST 3 times with an Idempotency-Key in ${how}`, async () => {
      upstream.always(UNAVAILABLE);
      const answer = await request(chat, {
        method: 'POST',
        headers: withKey,
        body: question,
        dispatcher: dispatcher(),
      });
      await answer.body.dump();
      expect(upstream.count).to.equal(3);
    });
  }

  it('sends a POST once', async () => {
    upstream.always(UNAVAILABLE);
    const answer = await request(chat, { method: 'POST', headers, body: question, dispatcher: dispatcher() });
    await answer.body.dump();
    expect(upstream.count).to.equal(1);
  });

  it("protects undici's fetch", async () => {
    upstream.script(UNAVAILABLE, 'reset', 'ok');
    const response = await fetch(models, { headers, dispatcher: dispatcher() });
    expect(response.status).to.equal(200);
    expect(await response.json()).to.have.property('object', 'list');
    expect(upstream.count).to.equal(3);
  });

  it('answers HEAD, whose answer has no body', async () => {
    upstream.script(UNAVAILABLE);
    const { statusCode, body } = await request(models, { method: 'HEAD', headers, dispatcher: dispatcher() });
    expect({ statusCode, text: await body.text() }).to.deep.equal({ statusCode: 404, text: '' });
    upstream.always(UNAVAILABLE);
    const final = await request(models, { method: 'HEAD', headers, dispatcher: dispatcher() });
    expect({ statusCode: final.statusCode, text: await final.body.text() }).to.deep.equal({
      statusCode: 503,
      text: '',
    });
  });

  it("stands beside undici's own interceptors", async () => {
    const agent = new Agent();
    agents.push(agent);
    upstream.script(UNAVAILABLE);
    const composed = agent.compose(
      undiciInterceptor({ circuit: name }),
      interceptors.redirect({ maxRedirections: 2 }),
      interceptors.responseError(),
    );
    const { statusCode, body } = await request(models, { headers, dispatcher: composed });
    await body.dump();
    expect(statusCode).to.equal(200);
    upstream.always(UNAVAILABLE);
    expect(await rejectionOf(request(models, { headers, dispatcher: composed }))).to.have.property('statusCode', 503);
  });

  it('opens a circuit per host', async () => {
    upstream.always(UNAVAILABLE);
    const protecting = dispatcher({ circuitOptions: { failureThreshold: 1 } });
    const { body } = await request(models, { headers, dispatcher: protecting });
    await body.dump();
    expect(circuit(`${name}[127.0.0.1:${upstream.port}]`).isOpen).to.equal(true);
    expect(await rejectionOf(request(models, { headers, dispatcher: protecting }))).to.have.property(
      'name',
      'CircuitOpenError',
    );
  });

  it("ends before anything is sent, in a wait and in an attempt, with the caller's reason", async () => {
    const reason = new Error('changed my mind');
    const early = request(models, { headers, dispatcher: dispatcher(), signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(early)).to.equal(reason);
    expect(upstream.count).to.equal(0);

    restore();
    upstream.always(UNAVAILABLE);
    const waiting = new AbortController();
    const call = watch(request(models, { headers, dispatcher: dispatcher(), signal: waiting.signal }));
    while (world.heard('retry_scheduled').length === 0) await turn();
    waiting.abort(reason);
    while (!call.settled.done) await turn();
    expect(call.settled.error).to.equal(reason);
    expect(upstream.count).to.equal(1);
    expect(world.clock.timers).to.equal(0);

    upstream.reset();
    upstream.always('stall');
    const running = new AbortController();
    const rejection = rejectionOf(request(models, { headers, dispatcher: dispatcher(), signal: running.signal }));
    await upstream.received(1);
    running.abort(reason);
    expect(await rejection).to.equal(reason);
    await upstream.settled();
    expect(upstream.requests[0]?.outcome).to.equal('aborted');
  });

  it("ends the body of an answer that has begun with the caller's reason", async () => {
    upstream.always({ type: 'body-stall' });
    const controller = new AbortController();
    const { body } = await request(models, { headers, dispatcher: dispatcher(), signal: controller.signal });
    const reading = rejectionOf(body.text());
    controller.abort(new Error('changed my mind'));
    expect(await reading).to.have.property('message', 'changed my mind');
    await upstream.settled();
    expect(upstream.requests[0]?.outcome).to.equal('aborted');
  });

  it('gives a handler one controller for all attempts, which pauses, resumes and tells of the answer', async () => {
    upstream.script(UNAVAILABLE, 'ok');
    const seen: unknown[] = [];
    const text = await new Promise<string>((resolve, reject) => {
      let controller: Dispatcher.DispatchController | undefined;
      let body = '';
      const { origin, pathname } = new URL(models);
      dispatcher().dispatch(
        { origin, path: pathname, method: 'GET', headers },
        {
          onRequestStart: (given) => {
            controller = given;
            seen.push(given.aborted, given.reason, given.paused, given.rawHeaders);
          },
          onResponseStart: (_controller, status) => {
            controller?.pause();
            seen.push(status, controller?.paused, Array.isArray(controller?.rawHeaders));
            setImmediate(() => controller?.resume());
          },
          onResponseData: (_controller, chunk) => {
            seen.push(controller?.paused);
            body += String(chunk);
          },
          onResponseEnd: () => {
            seen.push(controller?.paused, controller?.rawTrailers);
            resolve(body);
          },
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    expect(JSON.parse(text)).to.have.property('object', 'list');
    expect(seen).to.deep.equal([false, null, false, null, 200, true, true, false, false, []]);
    expect(upstream.count).to.equal(2);
  });

  it('lets a handler abort through that controller, once and with its reason', async () => {
    upstream.always('stall');
    const reason = new Error('changed my mind');
    const { origin, pathname } = new URL(models);
    const [aborted, error] = await new Promise<unknown[]>((resolve) => {
      let controller: Dispatcher.DispatchController | undefined;
      dispatcher().dispatch(
        { origin, path: pathname, method: 'GET', headers },
        {
          onRequestStart: (given) => {
            controller = given;
          },
          onResponseError: (given, thrown) => resolve([given.aborted && given.reason, thrown]),
        },
      );
      void upstream.received(1).then(() => {
        controller?.abort(reason);
        controller?.abort(new Error('again'));
      });
    });
    expect(aborted).to.equal(reason);
    expect(error).to.equal(reason);
  });

  it('ends the request of a handler that throws, and lets nothing go unhandled', async () => {
    const { origin, pathname } = new URL(models);
    upstream.always({ type: 'body-drip', everyMs: 1 });
    dispatcher().dispatch(
      { origin, path: pathname, method: 'GET', headers },
      {
        onRequestStart: () => {},
        onResponseStart: () => {
          throw new RangeError('a bug of the handler');
        },
        onResponseError: () => {},
      },
    );
    await upstream.received(1);
    await upstream.settled();
    expect(upstream.requests[0]?.outcome).to.equal('aborted');
  });

  it('leaves connections that change their protocol alone', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { socket } = await upgrade(url, { protocol: 'echo', dispatcher: dispatcher() });
    socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('passes 1xx answers on before the final one', async () => {
    const server = createServer((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end('whole');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const early: number[] = [];
    const { statusCode, body } = await request(url, {
      dispatcher: dispatcher(),
      onInfo: ({ statusCode: status }) => early.push(status),
    });
    expect({ statusCode, text: await body.text(), early }).to.deep.equal({
      statusCode: 200,
      text: 'whole',
      early: [103],
    });
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('refuses what would need an answer of its own, also in JavaScript', () => {
    for (const [options, name] of [
      [{ circuitOptions: { fallback: 'x', fallbackOn: 'failure' } }, 'fallback'],
      [{ circuitOptions: { failureOnResult: () => true } }, 'failureOnResult'],
      [{ retry: { retryOnResult: () => true } }, 'retryOnResult'],
    ] as const)
      expect(() => undiciInterceptor(options as unknown as UndiciOptions)).to.throw(
        ConfigurationError,
        `${name} is not possible here; an interceptor has no answer`,
      );
  });

  it('fails with what a key function throws, and refuses options that are wrong', async () => {
    const bug = new RangeError('a bug');
    const per = (): string => {
      throw bug;
    };
    expect(await rejectionOf(request(models, { headers, dispatcher: dispatcher({ per }) }))).to.equal(bug);
    expect(() => undiciInterceptor({ fetch } as unknown as UndiciOptions)).to.throw(ConfigurationError);
  });
});
