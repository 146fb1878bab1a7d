import { expect } from 'chai';
import type OpenAI from 'openai';
import {
  CircuitOpenError,
  classify,
  configure,
  type FailureKind,
  MalformedResponseError,
  onEvent,
  type ResilienceEvent,
  TimeLimitError,
} from '#lib/index.js';
import { openaiCircuit, ResponsesService } from '#lib/openai/index.js';
import { type Fault, instantRetries } from '#lib/testing/index.js';
import { ANSWER, CONTEXT, IMPATIENT, QUESTION, SDKS, useServer } from '../support/sdks.js';
import { rejectionOf } from '../support/upstream.js';

const REQUEST = { instructions: CONTEXT, input: QUESTION };
const ATTEMPTS = 3;
/** Calls in all of one that meets nothing but rate limits. */
const LIMITED = 5;

type Row = [what: string, fault: Fault, kind: FailureKind, requests: number, impatient?: boolean];

const failed = (code: string | null, afterChunks?: number): Fault => ({
  type: 'response-failed',
  code,
  message: 'the secret prompt',
  ...(afterChunks !== undefined && { afterChunks }),
});

/** Each fault with the kind it is decided to be, and how many requests a call sends. */
const FAULTS: Row[] = [
  ['a reset before the headers', 'reset', 'network', ATTEMPTS],
  ['an answer that is not HTTP', 'not-http', 'network', ATTEMPTS],
  ['no headers in time', 'stall', 'timeout', ATTEMPTS, true],
  ['status 503', { type: 'status', status: 503 }, 'server', ATTEMPTS],
  ['status 401', { type: 'status', status: 401 }, 'rejected', 1],
  ['a rate limit', 'rate-limit', 'rate-limited', LIMITED],
  ['spent quota', 'quota', 'quota', 1],
  ['a body that is reset', { type: 'body-cut', by: 'reset' }, 'network', ATTEMPTS],
  ['malformed JSON', 'malformed-json', 'malformed', 1],
  ['a page of HTML', 'html', 'malformed', 1],
  ['an empty answer', 'empty', 'malformed', 1],
  ['an error with status 200', 'error-body', 'malformed', 1],
  ['a response that failed', failed('server_error'), 'server', ATTEMPTS],
  ['a response that failed for a reason nobody knows', failed('quantum_flux'), 'server', ATTEMPTS],
  ['a response that failed for no reason', failed(null), 'server', ATTEMPTS],
  ['a response that failed in a search', failed('vector_store_timeout'), 'timeout', ATTEMPTS],
  ['a response that failed with a rate limit', failed('rate_limit_exceeded'), 'rate-limited', LIMITED],
  ['a response that failed because of its prompt', failed('invalid_prompt'), 'rejected', 1],
  ['a response that failed because of its image', failed('image_too_large'), 'rejected', 1],
];

const STREAM_FAULTS: Row[] = [
  ['status 503', { type: 'status', status: 503 }, 'server', ATTEMPTS],
  ['a page of HTML', 'html', 'malformed', 1],
  ['malformed JSON', 'malformed-json', 'malformed', 1],
  ['a reset after the response was created', { type: 'stream-cut', afterChunks: 2 }, 'network', ATTEMPTS],
  ['a reset after the first words', { type: 'stream-cut', afterChunks: 6 }, 'network', 1],
  ['a nested error event', { type: 'stream-error', afterChunks: 2 }, 'server', ATTEMPTS],
  ['a flat error event', { type: 'stream-error', afterChunks: 2, shape: 'flat' }, 'server', ATTEMPTS],
  [
    'a flat error event with a rate limit',
    { type: 'stream-error', afterChunks: 2, shape: 'flat', code: 'rate_limit_exceeded' },
    'rate-limited',
    LIMITED,
  ],
  ['an error event after the first words', { type: 'stream-error', afterChunks: 6, shape: 'flat' }, 'server', 1],
  ['response.failed before the first words', failed('server_error'), 'server', ATTEMPTS],
  ['response.failed with a rate limit', failed('rate_limit_exceeded'), 'rate-limited', LIMITED],
  ['response.failed because of the prompt', failed('invalid_prompt'), 'rejected', 1],
  ['response.failed after the first words', failed('server_error', 6), 'server', 1],
  ['an end without response.completed', { type: 'stream-unfinished', afterChunks: 6 }, 'malformed', 1],
  ['an end at once', { type: 'stream-unfinished', afterChunks: 0 }, 'malformed', 1],
  ['an end after the response was created', { type: 'stream-unfinished', afterChunks: 2 }, 'malformed', 1],
];

for (const sdk of SDKS) {
  describe(`ResponsesService on ${sdk.name}`, () => {
    const upstream = useServer();
    let events: ResilienceEvent[] = [];
    let undo: (() => void)[] = [];

    beforeEach(() => {
      events = [];
      undo = [configure({ settings: { log: { level: 'silent' } } }), instantRetries()];
      openaiCircuit.reset();
      undo.push(onEvent((event) => events.push(event)));
    });
    afterEach(() => {
      openaiCircuit.reset();
      for (const restore of undo) restore();
    });

    const service = (options = {}) => new ResponsesService({ client: sdk.client(upstream.server.baseUrl, options) });

    async function streamed(
      from: ResponsesService,
      signal?: AbortSignal,
    ): Promise<OpenAI.Responses.ResponseStreamEvent[]> {
      const got: OpenAI.Responses.ResponseStreamEvent[] = [];
      for await (const event of from.stream(REQUEST, signal && { signal })) got.push(event);
      return got;
    }

    const textOf = (got: readonly OpenAI.Responses.ResponseStreamEvent[]): string =>
      got.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');

    it('makes a response with the model of the settings, of the service or of the request', async () => {
      const response = await service().create(REQUEST);
      expect(response).to.include({ object: 'response', status: 'completed', output_text: ANSWER });
      const client = sdk.client(upstream.server.baseUrl);
      await new ResponsesService({ client, model: 'mine' }).create(REQUEST);
      await new ResponsesService({ client, model: 'mine' }).create({ ...REQUEST, model: 'another' });
      const models = upstream.server.requests.map(({ body }) => (body as { model: string }).model);
      expect(models).to.deep.equal(['gpt-5-mini', 'mine', 'another']);
    });

    it('streams the events of a response, all of them in their order', async () => {
      const got = await streamed(service());
      expect(textOf(got)).to.equal(ANSWER);
      expect(got.map(({ type }) => type).slice(0, 5)).to.deep.equal([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
      ]);
      expect(got.map(({ sequence_number: number }) => number)).to.deep.equal(got.map((_, at) => at));
      expect(got.at(-1)).to.have.property('type', 'response.completed');
    });

    for (const [what, fault, kind, requests, impatient] of FAULTS) {
      it(`takes ${what} for ${kind}, and sends ${requests} ${requests === 1 ? 'request' : 'requests'}`, async () => {
        upstream.server.always(fault);
        const error = await rejectionOf(service(impatient ? IMPATIENT : {}).create(REQUEST));
        expect(classify(error).kind).to.equal(kind);
        expect(upstream.server.count).to.equal(requests);
        const counts = ['timeout', 'network', 'server', 'malformed'].includes(kind);
        expect(openaiCircuit.snapshot().failures).to.equal(counts ? 1 : 0);
      });
    }

    for (const [what, fault, kind, requests] of STREAM_FAULTS) {
      it(`takes ${what} of a stream for ${kind}, and sends ${requests} ${requests === 1 ? 'request' : 'requests'}`, async () => {
        upstream.server.always(fault);
        const error = await rejectionOf(streamed(service()));
        expect(classify(error).kind).to.equal(kind);
        expect(upstream.server.count).to.equal(requests);
        const counts = ['timeout', 'network', 'server', 'malformed'].includes(kind);
        expect(openaiCircuit.snapshot().failures).to.equal(counts ? 1 : 0);
      });
    }

    it('goes on to a success when the fault passes, with the events of that attempt alone', async () => {
      upstream.server.script(failed('server_error'), { type: 'status', status: 503 });
      expect(await service().create(REQUEST)).to.include({ output_text: ANSWER });
      upstream.server.script(failed('server_error'), { type: 'stream-cut', afterChunks: 2 });
      const got = await streamed(service());
      expect(textOf(got)).to.equal(ANSWER);
      expect(got.filter(({ type }) => type === 'response.created')).to.have.length(1);
      expect(events.map(({ type }) => type)).to.deep.equal(Array(4).fill('retry_scheduled'));
    });

    it('returns a response that is incomplete, and ends its stream well', async () => {
      const incomplete = {
        id: 'resp_1',
        object: 'response',
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [],
      };
      upstream.server.script({ type: 'malformed-json', text: JSON.stringify(incomplete) });
      expect(await service().create(REQUEST)).to.include({ status: 'incomplete' });
      const event = { type: 'response.incomplete', response: incomplete, sequence_number: 1 };
      upstream.server.script({ type: 'html', text: `data: ${JSON.stringify(event)}\n\n` });
      expect((await streamed(service())).map(({ type }) => type)).to.deep.equal(['response.incomplete']);
    });

    it('leaves the API alone while the circuit is open, together with the other services', async () => {
      openaiCircuit.isolate();
      expect(await rejectionOf(service().create(REQUEST))).to.be.instanceOf(CircuitOpenError);
      expect(await rejectionOf(streamed(service()))).to.be.instanceOf(CircuitOpenError);
      expect(upstream.server.count).to.equal(0);
    });

    it("ends with the caller's abort, which neither counts nor retries", async () => {
      upstream.server.always('stall');
      const controller = new AbortController();
      const asked = rejectionOf(service().create(REQUEST, { signal: controller.signal }));
      await upstream.server.received(1);
      controller.abort();
      expect(classify(await asked).kind).to.equal('cancelled');
      await upstream.server.settled();
      expect(upstream.server.requests[0]?.outcome).to.equal('aborted');
      expect(openaiCircuit.snapshot().failures).to.equal(0);
    });

    it("ends a stream with the caller's abort, not as a whole response", async () => {
      upstream.server.always({ type: 'stream-stall', afterChunks: 6 });
      const controller = new AbortController();
      const stream = service().stream(REQUEST, { signal: controller.signal });
      for (let at = 0; at < 6; at++) await stream.next();
      const reason = new Error('seen enough');
      const next = rejectionOf(stream.next());
      controller.abort(reason);
      const error = await next;
      expect(error === reason || classify(error).kind === 'cancelled').to.equal(true);
      expect(openaiCircuit.snapshot().failures).to.equal(0);
      await upstream.server.settled();
      expect(upstream.server.requests[0]?.outcome).to.equal('aborted');
    });

    it('closes each attempt that stalls for longer than openai.attemptTimeout', async () => {
      const restore = configure({ settings: { openai: { attemptTimeout: '600ms' }, retry: { maxAttempts: 2 } } });
      upstream.server.always('body-stall');
      const error = await rejectionOf(service().create(REQUEST));
      restore();
      expect(error).to.be.instanceOf(TimeLimitError);
      await upstream.server.settled();
      expect(upstream.server.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'aborted']);
    });

    for (const [what, afterChunks, limit, requests] of [
      ['that has only been created', 2, 'firstChunk', 2],
      ['between two words', 6, 'betweenChunks', 1],
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
      upstream.server.always({ type: 'stream-stall', afterChunks: 6 });
      for await (const _ of service().stream(REQUEST)) break;
      await upstream.server.settled();
      expect(upstream.server.requests[0]?.outcome).to.equal('aborted');
      expect(openaiCircuit.snapshot()).to.include({ failures: 0, state: 'closed' });
    });

    it('reports a client with retries of its own', async () => {
      await service({ maxRetries: 2 }).create(REQUEST);
      expect(events.map(({ type }) => type)).to.deep.equal(['retries_multiplied']);
    });

    it('never puts what an upstream says into an error of its own', async () => {
      upstream.server.always(failed('server_error'));
      for (const error of [await rejectionOf(service().create(REQUEST)), await rejectionOf(streamed(service()))]) {
        expect(error).not.to.be.instanceOf(MalformedResponseError);
        expect(`${(error as Error).message}${(error as Error).stack}`).not.to.contain('secret');
      }
      expect(JSON.stringify(events)).not.to.contain('secret');
      upstream.server.always({ type: 'html', text: '<p>the secret prompt</p>' });
      const error = (await rejectionOf(service().create(REQUEST))) as Error;
      expect(error).to.be.instanceOf(MalformedResponseError);
      expect(`${error.message}${error.stack}${String(error.cause)}`).not.to.contain('secret');
    });
  });
}
