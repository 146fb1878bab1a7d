import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import OldForm from 'form-data';
import OpenAI from 'openai';
import {
  CircuitProtected,
  circuit,
  configure,
  Hedged,
  onEvent,
  RespectRateLimit,
  type ResilienceEvent,
  RetryOnTransient,
} from '#lib/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';

/** A server that answers with the statuses it is told, then with 200, and notes how many bytes each request had. */
class Uploads {
  readonly bytes: number[] = [];
  statuses: number[] = [];
  headers: Record<string, string> = {};
  /** Milliseconds before each answer. */
  delayMs = 0;
  url = '';
  #server: Server | undefined;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => {
        const status = this.statuses[this.bytes.length] ?? 200;
        this.bytes.push(size);
        response.writeHead(status, { 'content-type': 'application/json', ...this.headers });
        setTimeout(() => response.end('{"text":"heard"}'), this.delayMs);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }

  reset(...statuses: number[]): void {
    this.bytes.length = 0;
    this.statuses = statuses;
    this.headers = {};
    this.delayMs = 0;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

type Body = NonNullable<RequestInit['body']>;
const TEXT = 'x'.repeat(50_000);
const server = new Uploads();

/** The types of `fetch` know neither `duplex` nor streams of Node. */
async function post(body: unknown): Promise<string> {
  const response = await fetch(server.url, { method: 'POST', body: body as Body, duplex: 'half' } as RequestInit);
  return textOf(response);
}

async function textOf(response: Response): Promise<string> {
  const text = await response.text();
  if (response.ok) return text;
  const { status, headers } = response;
  throw Object.assign(new Error(`status ${status}`), { status, headers });
}

async function* asyncParts(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(TEXT);
}

function* parts(): Generator<Uint8Array> {
  yield Buffer.from(TEXT);
}

const webStream = (): ReadableStream => new Blob([TEXT]).stream() as ReadableStream;
const form = (): FormData => {
  const data = new FormData();
  data.append('file', new Blob([TEXT]), 'file.txt');
  return data;
};

interface Upload {
  readonly send: (argument: never) => Promise<unknown>;
  readonly make: () => unknown;
}

const within = ({ body }: { readonly body: unknown }): Promise<string> => post(body);
const first = ([body]: readonly unknown[]): Promise<string> => post(body);
const sendRequest = async (request: Request): Promise<string> => textOf(await fetch(request));
const request = (body: unknown): Request =>
  new Request(server.url, { method: 'POST', body: body as Body, duplex: 'half' } as RequestInit);
const transcribe = async (file: never): Promise<unknown> => {
  const client = new OpenAI({ apiKey: 'none', baseURL: server.url, maxRetries: 0 });
  return client.audio.transcriptions.create({ file, model: 'whisper-1' });
};

/** As Node's own client sends the forms of the form-data package, which are streams of the old kind. */
const submit = async (form: OldForm): Promise<string> => {
  const sent = httpRequest(server.url, { method: 'POST', headers: form.getHeaders() });
  form.pipe(sent);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  const { statusCode: status = 0, headers } = answer;
  if (status < 400) return 'sent';
  throw Object.assign(new Error(`status ${status}`), { status, headers });
};
const oldForm = (): OldForm => {
  const data = new OldForm();
  data.append('file', createReadStream('package.json'));
  return data;
};

const ONCE: Readonly<Record<string, Upload>> = {
  'fs.createReadStream in the SDK of OpenAI': { send: transcribe, make: () => createReadStream('package.json') },
  'fs.createReadStream': { send: post, make: () => createReadStream('package.json') },
  'a form of the form-data package': { send: submit, make: oldForm },
  'a PassThrough': { send: post, make: () => Readable.from([TEXT]).pipe(new PassThrough()) },
  'a web stream': { send: post, make: webStream },
  'the body of a Response': { send: post, make: () => new Response(TEXT).body },
  'a Request with a stream': { send: sendRequest, make: () => request(webStream()) },
  'a Request with a text': { send: sendRequest, make: () => request(TEXT) },
  'an async generator': { send: post, make: asyncParts },
  'a generator': { send: (body: never) => post(Readable.from(body)), make: parts },
  'a web stream in an object': { send: within, make: () => ({ body: webStream() }) },
  'fs.createReadStream in an object': { send: within, make: () => ({ body: createReadStream('package.json') }) },
  'an async generator in a list': { send: first, make: () => [asyncParts()] },
};

const TWICE: Readonly<Record<string, Upload>> = {
  'a text': { send: post, make: () => TEXT },
  'a Buffer': { send: post, make: () => Buffer.from(TEXT) },
  'a Uint8Array in an object': { send: within, make: () => ({ body: new Uint8Array(50_000) }) },
  'a Blob': { send: post, make: () => new Blob([TEXT]) },
  'a FormData': { send: post, make: form },
  URLSearchParams: { send: post, make: () => new URLSearchParams({ q: TEXT }) },
  'a list of texts': { send: (texts: never) => post(String(texts)), make: () => [TEXT] },
};

describe('An upload', () => {
  const events: ResilienceEvent[] = [];
  const undo: (() => void)[] = [];
  const reasons = (type: ResilienceEvent['type']): unknown[] =>
    events.filter((event) => event.type === type).map((event) => 'reason' in event && event.reason);

  before(async () => {
    await server.start();
    undo.push(
      configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } } }),
      onEvent((event) => void events.push(event)),
    );
  });
  beforeEach(() => void (events.length = 0));
  after(async () => {
    for (const end of undo) end();
    await server.stop();
  });

  for (const [what, { send, make }] of Object.entries(ONCE)) {
    it(`of ${what} is sent once, and fails as the upstream failed`, async () => {
      server.reset(503);
      const name = uniqueName();
      const upload = CircuitProtected({ circuit: name, failureThreshold: 5 })(RetryOnTransient()(send));
      expect(await rejectionOf(upload(make() as never))).to.include({ status: 503 });
      expect(server.bytes).to.have.lengthOf(1);
      expect(server.bytes[0]).to.be.above(1000);
      expect(reasons('retry_gave_up')).to.deep.equal(['body']);
      expect(circuit(name).snapshot().failures).to.equal(1);
    });

    it(`of ${what} is not sent again at a gate`, async () => {
      server.reset(429);
      server.headers = { 'retry-after-ms': '5' };
      expect(await rejectionOf(RespectRateLimit()(send)(make() as never))).to.include({ status: 429 });
      expect(server.bytes).to.have.lengthOf(1);
      expect(reasons('rate_limited').filter(Boolean)).to.deep.equal(['body']);
    });

    it(`of ${what} is not hedged`, async () => {
      server.reset();
      server.delayMs = 40;
      expect(await Hedged({ after: '5ms' })(send)(make() as never)).not.to.equal(undefined);
      expect(server.bytes).to.have.lengthOf(1);
      expect(reasons('hedge_refused')).to.deep.equal(['body']);
    });
  }

  for (const [what, { send, make }] of Object.entries(TWICE)) {
    it(`of ${what} is sent again, whole`, async () => {
      server.reset(503, 503);
      await RetryOnTransient()(send)(make() as never);
      expect(new Set(server.bytes).size).to.equal(1);
      expect(server.bytes).to.have.lengthOf(3);
    });

    it(`of ${what} is sent again at a gate`, async () => {
      server.reset(429);
      server.headers = { 'retry-after-ms': '5' };
      await RespectRateLimit()(send)(make() as never);
      expect(server.bytes).to.have.lengthOf(2);
    });
  }

  it('that was never begun is sent by the second attempt', async () => {
    server.reset();
    let attempts = 0;
    const upload = RetryOnTransient()(async (body: ReadableStream) => {
      attempts += 1;
      if (attempts === 1) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return post(body);
    });
    await upload(webStream());
    expect(server.bytes).to.deep.equal([TEXT.length]);
  });
});
