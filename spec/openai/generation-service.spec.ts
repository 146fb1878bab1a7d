import { expect } from 'chai';
import {
  classify,
  configure,
  type FailureKind,
  MalformedResponseError,
  onEvent,
  type ResilienceEvent,
  TimeLimitError,
} from '#lib/index.js';
import { GenerationService, getFallbackResponse, openaiCircuit } from '#lib/openai/index.js';
import type { Fault } from '#lib/testing/index.js';
import { IMPATIENT, SDKS, useServer } from '../support/sdks.js';
import { rejectionOf } from '../support/upstream.js';

const PASSAGES = ['Paris is the capital of France.', 'Rome is the capital of Italy.'];
const QUESTION = 'What is the capital of France?';
const ANSWER = 'Paris is the capital of France.';
const ATTEMPTS = 3;
/** Calls in all of one that meets nothing but rate limits. */
const LIMITED = 5;

/** Each fault with the kind it is decided to be, and how many requests a call sends. */
const FAULTS: [what: string, fault: Fault, kind: FailureKind, requests: number, impatient?: boolean][] = [
  ['a reset before the headers', 'reset', 'network', ATTEMPTS],
  ['a connection closed before the headers', 'hang-up', 'network', ATTEMPTS],
  ['an answer that is not HTTP', 'not-http', 'network', ATTEMPTS],
  ['no headers in time', 'stall', 'timeout', ATTEMPTS, true],
  ['status 500', { type: 'status', status: 500 }, 'server', ATTEMPTS],
  ['status 503', { type: 'status', status: 503 }, 'server', ATTEMPTS],
  ['status 408', { type: 'status', status: 408 }, 'server', ATTEMPTS],
  ['status 409', { type: 'status', status: 409 }, 'server', ATTEMPTS],
  ['status 501', { type: 'status', status: 501 }, 'rejected', 1],
  ['status 400', { type: 'status', status: 400 }, 'rejected', 1],
  ['status 401', { type: 'status', status: 401 }, 'rejected', 1],
  [
    'status 500 that says not to retry',
    { type: 'status', status: 500, headers: { 'x-should-retry': 'false' } },
    'rejected',
    1,
  ],
  [
    'status 400 that says to retry',
    { type: 'status', status: 400, headers: { 'x-should-retry': 'true' } },
    'server',
    ATTEMPTS,
  ],
  ['a rate limit', 'rate-limit', 'rate-limited', LIMITED],
  ['spent quota', 'quota', 'quota', 1],
  ['a body that is reset', { type: 'body-cut', by: 'reset' }, 'network', ATTEMPTS],
  ['a body that is closed too soon', { type: 'body-cut', by: 'fin', framing: 'chunked' }, 'network', ATTEMPTS],
  ['a body that ends with the connection', { type: 'body-cut', by: 'fin', framing: 'close' }, 'malformed', 1],
  ['malformed JSON', 'malformed-json', 'malformed', 1],
  ['a page of HTML', 'html', 'malformed', 1],
  ['an empty answer', 'empty', 'malformed', 1],
  ['an error with status 200', 'error-body', 'malformed', 1],
];

const STREAM_FAULTS: typeof FAULTS = [
  ['status 503', { type: 'status', status: 503 }, 'server', ATTEMPTS],
  ['a reset before the first chunk', { type: 'stream-cut', afterChunks: 0 }, 'network', ATTEMPTS],
  [
    'an error event before the first chunk',
    { type: 'stream-error', afterChunks: 0, shape: 'nested' },
    'server',
    ATTEMPTS,
  ],
  [
    'a flat error event before the first chunk',
    { type: 'stream-error', afterChunks: 0, shape: 'flat' },
    'server',
    ATTEMPTS,
  ],
  [
    'a rate limit inside the stream',
    { type: 'stream-error', afterChunks: 0, code: 'rate_limit_exceeded', errorType: 'tokens' },
    'rate-limited',
    LIMITED,
  ],
  ['a reset after the first chunk', { type: 'stream-cut', afterChunks: 3 }, 'network', 1],
  ['an error event after the first chunk', { type: 'stream-error', afterChunks: 3 }, 'server', 1],
  ['an end without a finish_reason', { type: 'stream-unfinished', afterChunks: 3 }, 'malformed', 1],
  ['a stream that ends with the connection', { type: 'stream-cut', afterChunks: 3, framing: 'close' }, 'malformed', 1],
  ['a page of HTML', 'html', 'malformed', 1],
];

for (const sdk of SDKS) {
  describe(`GenerationService on ${sdk.name}`, () => {
    const upstream = useServer();
    let events: ResilienceEvent[] = [];
    let undo: (() => void)[] = [];

    beforeEach(() => {
      events = [];
      const quick = {
        retry: { minWait: '1ms', maxWait: '2ms' },
        rateLimit: { minWait: '1ms' },
        log: { level: 'silent' },
      } as const;
      undo = [configure({ settings: quick })];
      openaiCircuit.reset();
      undo.push(onEvent((event) => events.push(event)));
    });
    afterEach(() => {
      openaiCircuit.reset();
      for (const restore of undo) restore();
    });

    const service = (options = {}) => new GenerationService({ client: sdk.client(upstream.server.baseUrl, options) });

    async function streamed(from: GenerationService, signal?: AbortSignal): Promise<string[]> {
      const chunks: string[] = [];
      for await (const chunk of from.streamAnswer(QUESTION, PASSAGES, ...(signal ? [{ signal }] : [])))
        chunks.push(chunk);
      return chunks;
    }

    it('answers from the passages', async () => {
      expect(await service().generateAnswer(QUESTION, PASSAGES)).to.equal(ANSWER);
      expect(upstream.server.requests[0]?.body).to.include({ model: 'gpt-5-mini' });
    });

    it('follows key, model and limit of the settings when they change', async () => {
      const baseUrl = `${upstream.server.baseUrl}`;
      const given = { apiKey: 'first', baseUrl, attemptTimeout: '600ms' } as const;
      const restore = [configure({ settings: { openai: given } })];
      const ours = new GenerationService();
      const kept = new GenerationService({ model: 'mine' });
      await ours.generateAnswer(QUESTION, PASSAGES);
      const changed = { apiKey: 'second', chatModel: 'another', attemptTimeout: '10s' } as const;
      restore.push(configure({ settings: { openai: changed } }));
      upstream.server.always({ type: 'ok', delayMs: 900 });
      await ours.generateAnswer(QUESTION, PASSAGES);
      await kept.generateAnswer(QUESTION, PASSAGES);
      for (const undone of restore) undone();
      const sent = upstream.server.requests.map(({ headers, body }) => [
        headers.authorization,
        (body as { model: string }).model,
      ]);
      expect(sent).to.deep.equal([
        ['Bearer first', 'gpt-5-mini'],
        ['Bearer second', 'another'],
        ['Bearer second', 'mine'],
      ]);
    });

    it('streams the same answer, chunk by chunk', async () => {
      const chunks = await streamed(service());
      expect(chunks.length).to.be.above(3);
      expect(chunks.join('')).to.equal(ANSWER);
      expect(chunks).not.to.include('');
    });

    for (const [what, fault, kind, requests, impatient] of FAULTS) {
      it(`takes ${what} for ${kind}, and sends ${requests} ${requests === 1 ? 'request' : 'requests'}`, async () => {
        upstream.server.always(fault);
        const error = await rejectionOf(service(impatient ? IMPATIENT : {}).generateAnswer(QUESTION, PASSAGES));
        expect(classify(error).kind).to.equal(kind);
        expect(upstream.server.count).to.equal(requests);
        const failed = ['timeout', 'network', 'server', 'malformed'].includes(kind);
        expect(openaiCircuit.snapshot().failures).to.equal(failed ? 1 : 0);
      });
    }

    for (const [what, fault, kind, requests] of STREAM_FAULTS) {
      it(`takes ${what} of a stream for ${kind}, and sends ${requests} ${requests === 1 ? 'request' : 'requests'}`, async () => {
        upstream.server.always(fault);
        const error = await rejectionOf(streamed(service()));
        expect(classify(error).kind).to.equal(kind);
        expect(upstream.server.count).to.equal(requests);
      });
    }

    it('goes on to a success when the fault passes', async () => {
      upstream.server.script('reset', { type: 'status', status: 503 });
      expect(await service().generateAnswer(QUESTION, PASSAGES)).to.equal(ANSWER);
      upstream.server.script({ type: 'stream-cut', afterChunks: 0 }, { type: 'stream-error', afterChunks: 0 });
      expect((await streamed(service())).join('')).to.equal(ANSWER);
      expect(events.map(({ type }) => type)).to.deep.equal(Array(4).fill('retry_scheduled'));
    });

    it('answers with the fallback while the circuit is open, without a request', async () => {
      upstream.server.always({ type: 'status', status: 500 });
      const asking = service();
      for (let i = 0; i < 5; i++) await rejectionOf(asking.generateAnswer(QUESTION, PASSAGES));
      expect(openaiCircuit.state).to.equal('open');
      upstream.server.reset();
      expect(await asking.generateAnswer(QUESTION, PASSAGES)).to.equal(getFallbackResponse());
      expect(await streamed(asking)).to.deep.equal([getFallbackResponse()]);
      expect(upstream.server.count).to.equal(0);
    });

    it('is refused a connection, retries, and recovers when the server is back', async () => {
      await upstream.server.refuse();
      const error = await rejectionOf(service().generateAnswer(QUESTION, PASSAGES));
      expect(classify(error)).to.include({ kind: 'network', errno: 'ECONNREFUSED' });
      await upstream.server.accept();
      expect(await service().generateAnswer(QUESTION, PASSAGES)).to.equal(ANSWER);
    });

    it("ends with the caller's abort, which neither counts nor retries", async () => {
      upstream.server.always('stall');
      const controller = new AbortController();
      const asked = rejectionOf(service().generateAnswer(QUESTION, PASSAGES, { signal: controller.signal }));
      await upstream.server.received(1);
      controller.abort();
      expect(classify(await asked).kind).to.equal('cancelled');
      await upstream.server.settled();
      expect(upstream.server.requests[0]?.outcome).to.equal('aborted');
      expect(openaiCircuit.snapshot().failures).to.equal(0);
      expect(upstream.server.count).to.equal(1);
    });

    it("ends a stream with the caller's abort and his reason, not as a whole answer", async () => {
      upstream.server.always({ type: 'stream-stall', afterChunks: 3 });
      const controller = new AbortController();
      const collected = rejectionOf(streamed(service(), controller.signal));
      await upstream.server.received(1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const reason = new Error('seen enough');
      controller.abort(reason);
      const error = await collected;
      expect(error === reason || classify(error).kind === 'cancelled').to.equal(true);
      expect(openaiCircuit.snapshot().failures).to.equal(0);
      await upstream.server.settled();
      expect(upstream.server.requests[0]?.outcome).to.equal('aborted');
    });

    for (const [what, fault] of [
      ['before the headers', 'stall'],
      ['in the body', 'body-stall'],
      ['in the body of an error', { type: 'body-stall', status: 500 }],
    ] as const) {
      it(`closes each attempt that stalls ${what} for longer than openai.attemptTimeout`, async () => {
        const restore = configure({ settings: { openai: { attemptTimeout: '600ms' }, retry: { maxAttempts: 2 } } });
        upstream.server.always(fault);
        const error = await rejectionOf(service().generateAnswer(QUESTION, PASSAGES));
        restore();
        expect(error).to.be.instanceOf(TimeLimitError);
        await upstream.server.settled();
        expect(upstream.server.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'aborted']);
        expect(openaiCircuit.snapshot().failures).to.equal(1);
      });
    }

    for (const [what, afterChunks, limit, requests] of [
      ['before its first piece', 0, 'firstChunk', 2],
      ['between two pieces', 3, 'betweenChunks', 1],
    ] as const) {
      it(`closes a stream with nothing but comments ${what}`, async () => {
        const restore = configure({ settings: { openai: { [limit]: '100ms' }, retry: { maxAttempts: 2 } } });
        upstream.server.always({ type: 'stream-comments', afterChunks, everyMs: 10 });
        const error = await rejectionOf(streamed(service()));
        restore();
        expect(error).to.be.instanceOf(TimeLimitError);
        await upstream.server.settled();
        expect(upstream.server.requests.map(({ outcome }) => outcome)).to.deep.equal(Array(requests).fill('aborted'));
      });
    }

    it('closes the connection of a stream that is left early', async () => {
      upstream.server.always({ type: 'stream-stall', afterChunks: 3 });
      for await (const _ of service().streamAnswer(QUESTION, PASSAGES)) break;
      await upstream.server.settled();
      expect(upstream.server.requests[0]?.outcome).to.equal('aborted');
      expect(openaiCircuit.snapshot()).to.include({ failures: 0, state: 'closed' });
    });

    it('never puts what an upstream says into an error of its own', async () => {
      upstream.server.always({ type: 'error-body', message: 'the secret prompt' });
      const error = (await rejectionOf(service().generateAnswer(QUESTION, PASSAGES))) as Error;
      expect(error).to.be.instanceOf(MalformedResponseError);
      expect(`${error.message}${error.stack}${JSON.stringify(events)}`).not.to.contain('secret');
    });
  });
}
