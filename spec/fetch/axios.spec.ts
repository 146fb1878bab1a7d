import { Readable } from 'node:stream';
import axios, { AxiosError, type AxiosInstance, isCancel } from 'axios';
import { expect } from 'chai';
import { type AxiosAdapterOptions, axiosAdapter } from '#lib/fetch/axios.js';
import { circuit, ConfigurationError, TimeLimited } from '#lib/index.js';
import { type FaultServer, instantRetries, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, turn, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { AUTHORIZED } from './support/clients.js';

const UNAVAILABLE = { type: 'status', status: 503 } as const;

describe('axiosAdapter', () => {
  const world = virtualTime();
  let upstream: FaultServer;
  let name: string;
  let restore: () => void;

  before(async () => {
    upstream = await startFaultServer();
  });
  after(() => upstream.close());
  beforeEach(() => {
    upstream.reset();
    name = uniqueName();
    restore = instantRetries();
  });
  afterEach(() => restore());

  const client = (options: AxiosAdapterOptions = {}): AxiosInstance =>
    axios.create({
      baseURL: upstream.baseUrl,
      headers: AUTHORIZED,
      adapter: axiosAdapter({ circuit: name, ...options }),
    });
  const question = { model: 'm', messages: [{ role: 'user', content: 'why?' }] };

  it('gives the answer that axios gives', async () => {
    upstream.script(UNAVAILABLE, 'reset');
    const { data, status } = await client().get<{ object: string }>('/models');
    expect({ object: data.object, status }).to.deep.equal({ object: 'list', status: 200 });
    expect(upstream.count).to.equal(3);
  });

  it('throws the error that axios throws, with its answer', async () => {
    upstream.always(UNAVAILABLE);
    const error = await rejectionOf(client().get('/models'));
    expect(error).to.be.instanceOf(AxiosError).and.include({ status: 503, code: 'ERR_BAD_RESPONSE' });
    expect((error as AxiosError<{ error: object }>).response?.data.error).to.be.an('object');
    expect(upstream.count).to.equal(3);
  });

  it('returns an error status that validateStatus lets pass, which counts as a failure', async () => {
    upstream.always(UNAVAILABLE);
    const response = await client().get('/models', { validateStatus: null });
    expect(response.status).to.equal(503);
    expect(upstream.count).to.equal(3);
    expect(world.heard('retry_gave_up')).to.have.length(1);
  });

  it('throws the 429 itself where its wait would be too long', async () => {
    restore();
    upstream.always({ type: 'rate-limit', retryAfter: 3600 });
    expect(await rejectionOf(client().get('/models'))).to.include({ name: 'AxiosError', status: 429 });
  });

  it('opens a circuit per host, baseURL and absolute URLs alike', async () => {
    upstream.always(UNAVAILABLE);
    const protected_ = client({ circuitOptions: { failureThreshold: 1 } });
    await rejectionOf(protected_.get('/models'));
    expect(circuit(`${name}[127.0.0.1:${upstream.port}]`).isOpen).to.equal(true);
    const error = await rejectionOf(protected_.get(`${upstream.baseUrl}/models`, { baseURL: 'http://other.test' }));
    expect(error).to.have.property('name', 'CircuitOpenError');
  });

  it('keys circuits with a function that gets the request', async () => {
    await client({ per: ({ headers }) => headers.get('x-tenant') ?? '' }).get('/models', {
      headers: { 'x-tenant': 'a' },
    });
    expect(circuit(`${name}[a]`).state).to.equal('closed');
    expect(circuit(`${name}[a]`).snapshot()).to.have.property('failures', 0);
  });

  it('sends a POST once, unless it has an Idempotency-Key', async () => {
    upstream.always(UNAVAILABLE);
    await rejectionOf(client().post('/chat/completions', question));
    expect(upstream.count).to.equal(1);
    await rejectionOf(client().post('/chat/completions', question, { headers: { 'Idempotency-Key': 'a1' } }));
    expect(upstream.count).to.equal(4);
    expect(upstream.requests.map(({ body }) => body)).to.deep.equal(Array(4).fill(question));
  });

  it('sends a stream once', async () => {
    upstream.always(UNAVAILABLE);
    await rejectionOf(client().put('/chat/completions', Readable.from([JSON.stringify(question)])));
    expect(upstream.requests.map(({ body }) => body)).to.deep.equal([question]);
  });

  it('ends the answers of failed attempts that are streams', async () => {
    upstream.script({ type: 'body-stall', status: 503 }, { type: 'body-stall', status: 503 }, 'ok');
    const { data } = await client().get<Readable>('/models', { responseType: 'stream' });
    let text = '';
    for await (const chunk of data) text += String(chunk);
    expect(JSON.parse(text)).to.have.property('object', 'list');
    await upstream.settled();
    expect(upstream.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'aborted', 'answered']);
  });

  it('hands a final answer that is a stream out unread', async () => {
    upstream.always({ ...UNAVAILABLE, message: 'come back later' });
    const { data } = await client().get<Readable>('/models', { responseType: 'stream', validateStatus: () => true });
    let text = '';
    for await (const chunk of data) text += String(chunk);
    expect(text).to.include('come back later');
  });

  for (const how of ['signal', 'cancelToken'] as const) {
    it(`ends a wait by the caller's ${how}, with the error of axios`, async () => {
      restore();
      upstream.always(UNAVAILABLE);
      const controller = new AbortController();
      const source = axios.CancelToken.source();
      const config = how === 'signal' ? { signal: controller.signal } : { cancelToken: source.token };
      const call = watch(client().get('/models', config));
      while (world.heard('retry_scheduled').length === 0) await turn();
      if (how === 'signal') controller.abort();
      else source.cancel('changed my mind');
      while (!call.settled.done) await turn();
      expect(isCancel(call.settled.error)).to.equal(true);
      expect(upstream.count).to.equal(1);
      expect(world.clock.timers).to.equal(0);
    });
  }

  it('ends with the limit of the method that calls', async () => {
    upstream.always('stall');
    const protected_ = client();
    const rejection = rejectionOf(TimeLimited('2s')(async () => protected_.get('/models'))());
    await upstream.received(1);
    await world.clock.advance('2s');
    expect(await rejection).to.have.property('name', 'TimeLimitError');
    await upstream.settled();
    expect(upstream.requests[0]?.outcome).to.equal('aborted');
  });

  it('sends with the adapter that it is given, also where it is the default of all', async () => {
    const sent: unknown[] = [];
    const adapter = axiosAdapter({
      circuit: name,
      adapter: async (config) => {
        sent.push(config.url);
        return { data: 'ours', status: 200, statusText: 'OK', headers: {}, config };
      },
    });
    const { data } = await axios.get<string>('http://ours.test/', { adapter });
    expect({ data, sent }).to.deep.equal({ data: 'ours', sent: ['http://ours.test/'] });
    const before = axios.defaults.adapter;
    axios.defaults.adapter = axiosAdapter({ circuit: name });
    const { status } = await axios.get(`${upstream.baseUrl}/models`, { headers: AUTHORIZED });
    if (before !== undefined) axios.defaults.adapter = before;
    expect(status).to.equal(200);
  });

  it('answers with a fallback, which is given the error and the config', async () => {
    const protected_ = client({
      circuitOptions: {
        fallback: (error: unknown, config) => ({
          data: String(error),
          status: 203,
          statusText: '',
          headers: {},
          config,
        }),
      },
    });
    await protected_.get('/models');
    circuit(name).isolate();
    const { status, config } = await protected_.get('/models');
    circuit(name).reset();
    expect({ status, url: config.url }).to.deep.equal({ status: 203, url: '/models' });
  });

  it('refuses options that are wrong', () => {
    expect(() => axiosAdapter({ adapter: 'http' } as unknown as AxiosAdapterOptions))
      .to.throw(ConfigurationError)
      .with.deep.property('problems', ['axiosAdapter: adapter: expected a function, got a value of type string']);
  });
});
