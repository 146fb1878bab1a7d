import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { createClient } from '@supabase/supabase-js';
import { expect } from 'chai';
import OpenAI from 'openai';
import OpenAI7 from 'openai-7';
import { type FetchOptions, resilientFetch } from '#lib/fetch/index.js';
import { toHttp } from '#lib/http/index.js';
import { circuit } from '#lib/index.js';
import { type FaultServer, instantRetries, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const UNAVAILABLE = { type: 'status', status: 503 } as const;

describe('resilientFetch as the fetch of', () => {
  const world = virtualTime();
  let name: string;
  let restore: () => void;
  beforeEach(() => {
    name = uniqueName();
    restore = instantRetries();
  });
  afterEach(() => restore());

  const fetchOf = (options: FetchOptions = {}): typeof fetch => resilientFetch({ circuit: name, ...options });
  /** Generations are POSTs: repeating them has to be allowed explicitly. */
  const GENERATING: FetchOptions = { retryMethods: ['GET', 'POST'] };

  for (const [version, Client] of [
    ['openai 6', OpenAI],
    ['openai 7', OpenAI7],
  ] as const) {
    describe(version, () => {
      let upstream: FaultServer;
      before(async () => {
        upstream = await startFaultServer();
      });
      after(() => upstream.close());
      beforeEach(() => upstream.reset());

      const client = (options?: FetchOptions): OpenAI =>
        new Client({
          apiKey: 'none',
          baseURL: upstream.baseUrl,
          maxRetries: 0,
          logLevel: 'off',
          fetch: fetchOf(options),
        }) as OpenAI;
      const question = { model: 'm', messages: [{ role: 'user' as const, content: 'why?' }] };

      it('repeats what may be repeated', async () => {
        upstream.script('reset', UNAVAILABLE, 'ok');
        const { data } = await client().models.list();
        expect(data).to.be.an('array').and.not.have.length(0);
        expect(upstream.count).to.equal(3);
      });

      it('repeats a generation if retryMethods has POST', async () => {
        upstream.script('hang-up', { type: 'rate-limit', retryAfter: 1 }, 'ok');
        const { choices } = await client(GENERATING).chat.completions.create(question);
        expect(choices[0]?.message.content).to.be.a('string');
        expect(upstream.count).to.equal(3);
        upstream.reset();
        upstream.always(UNAVAILABLE);
        await rejectionOf(client().chat.completions.create(question));
        expect(upstream.count).to.equal(1);
      });

      it('lets streams through', async () => {
        upstream.script(UNAVAILABLE);
        let text = '';
        const stream = await client(GENERATING).chat.completions.create({ ...question, stream: true });
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        expect(text).not.to.equal('');
        expect(upstream.count).to.equal(2);
      });

      it("gives the SDK's own errors, with what the server said", async () => {
        upstream.always({ ...UNAVAILABLE, message: 'come back later' });
        const error = await rejectionOf(client().models.list());
        expect(error).to.be.instanceOf(Client.InternalServerError).and.include({ status: 503 });
        expect((error as Error).message).to.include('come back later');
        expect(upstream.count).to.equal(3);
      });

      it('leaves the upstream alone while the circuit is open, which toHttp recognises', async () => {
        upstream.always(UNAVAILABLE);
        const failing = client({ circuitOptions: { failureThreshold: 1, recoveryTimeout: '30s' } });
        await rejectionOf(failing.models.list());
        upstream.reset();
        const error = await rejectionOf(failing.models.list());
        expect(error).to.be.instanceOf(Client.APIConnectionError);
        expect(toHttp(error)).to.deep.include({ status: 503, headers: { 'retry-after': '30' } });
        expect(upstream.count).to.equal(0);
      });
    });
  }

  describe('another SDK', () => {
    let server: Server;
    let url: string;
    let seen: IncomingMessage[];
    let statuses: number[];
    const body = {
      '/v1/messages': { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'text', text: 'because' }] },
      '/rest/v1/books': [{ title: 'The Lighthouse' }],
    };

    before(async () => {
      server = createServer((request, response) => {
        seen.push(request);
        const path = new URL(request.url ?? '', url).pathname as keyof typeof body;
        const status = statuses.shift() ?? 200;
        request.resume().on('end', () => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(status === 200 ? body[path] : { type: 'error', message: 'down' }));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    beforeEach(() => {
      seen = [];
      statuses = [];
    });

    it('anthropic: repeats a message if retryMethods has POST, with its body', async () => {
      statuses = [529, 503];
      const fetch = fetchOf(GENERATING);
      const client = new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0, logLevel: 'off', fetch });
      const { content } = await client.messages.create({
        model: 'm',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'why?' }],
      });
      expect(content[0]).to.include({ text: 'because' });
      expect(seen).to.have.length(3);
      expect(new Set(seen.map(({ headers }) => headers['content-length'])).size).to.equal(1);
    });

    it("anthropic: gives the SDK's own errors", async () => {
      statuses = [529, 529, 529];
      const fetch = fetchOf(GENERATING);
      const client = new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0, logLevel: 'off', fetch });
      const asked = client.messages.create({
        model: 'm',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'why?' }],
      });
      expect(await rejectionOf(asked))
        .to.be.instanceOf(Anthropic.APIError)
        .and.include({ status: 529 });
      expect(seen).to.have.length(3);
    });

    it('supabase: repeats a query, and not an insert', async () => {
      statuses = [503, 502];
      const client = createClient(url, 'none', {
        global: { fetch: fetchOf() },
        auth: { persistSession: false, autoRefreshToken: false },
      });
      const { data, error } = await client.from('books').select();
      expect({ data, error }).to.deep.equal({ data: [{ title: 'The Lighthouse' }], error: null });
      expect(seen).to.have.length(3);
      statuses = [503];
      const inserted = await client.from('books').insert({ title: 'Another' });
      expect(inserted.status).to.equal(503);
      expect(seen).to.have.length(4);
    });

    it('supabase: an open circuit is an error of its own', async () => {
      const client = createClient(url, 'none', {
        global: { fetch: fetchOf({ retry: false }) },
        auth: { persistSession: false, autoRefreshToken: false },
      });
      circuit(name).isolate();
      // A query would be repeated by the SDK itself, three times and seconds apart.
      const { error } = await client.from('books').insert({ title: 'Another' });
      circuit(name).reset();
      expect(error?.message).to.include('CircuitOpenError');
      expect(seen).to.have.length(0);
      expect(world.heard('circuit_refused')).not.to.have.length(0);
    });
  });
});
