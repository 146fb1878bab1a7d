import { expect } from 'chai';
import { CircuitOpenError, classify, configure, type FailureKind, MalformedResponseError } from '#lib/index.js';
import { EmbeddingService, openaiCircuit } from '#lib/openai/index.js';
import type { Fault } from '#lib/testing/index.js';
import { SDKS, useServer } from '../support/sdks.js';
import { rejectionOf } from '../support/upstream.js';

const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

const FAULTS: [what: string, fault: Fault, kind: FailureKind, requests: number][] = [
  ['a reset', 'reset', 'network', 3],
  ['status 503', { type: 'status', status: 503 }, 'server', 3],
  ['a rate limit', 'rate-limit', 'rate-limited', 5],
  ['status 400', { type: 'status', status: 400 }, 'rejected', 1],
  ['a body that is reset', { type: 'body-cut' }, 'network', 3],
  ['a page of HTML', 'html', 'malformed', 1],
  ['an empty answer', 'empty', 'malformed', 1],
  ['an error with status 200', 'error-body', 'malformed', 1],
  ['a vector of the wrong length', 'vector-length', 'malformed', 1],
  ['a value that is not a number', { type: 'vector-value', value: 'nan' }, 'malformed', 1],
  ['a value that is infinite', { type: 'vector-value', value: 'infinity' }, 'malformed', 1],
  ['a vector that is missing', 'vector-missing', 'malformed', 1],
];

for (const sdk of SDKS) {
  describe(`EmbeddingService on ${sdk.name}`, () => {
    const upstream = useServer();
    let restore = (): void => {};

    beforeEach(() => {
      restore = configure({
        settings: {
          retry: { minWait: '1ms', maxWait: '2ms' },
          rateLimit: { minWait: '1ms' },
          log: { level: 'silent' },
        },
      });
      openaiCircuit.reset();
    });
    afterEach(() => {
      openaiCircuit.reset();
      restore();
    });

    const service = (options = {}) => new EmbeddingService({ client: sdk.client(upstream.server.baseUrl), ...options });

    it('embeds a text in the dimensions of the settings, or its own', async () => {
      expect(await service().embedText('a text')).to.have.lengthOf(1536);
      expect(await service({ dimensions: 64 }).embedText('a text')).to.have.lengthOf(64);
      expect(upstream.server.requests[0]?.body).to.include({ model: 'text-embedding-3-small', dimensions: 1536 });
    });

    it('follows the key of the settings when they change, and keeps its model', async () => {
      const baseUrl = `${upstream.server.baseUrl}`;
      const undo = [configure({ settings: { openai: { apiKey: 'first', baseUrl, embeddingDimensions: 64 } } })];
      const ours = new EmbeddingService();
      await ours.embedText('a text');
      const changed = { apiKey: 'second', embeddingModel: 'another', embeddingDimensions: 32 };
      undo.push(configure({ settings: { openai: changed } }));
      expect(await ours.embedText('a text')).to.have.lengthOf(64);
      for (const restoring of undo) restoring();
      const sent = upstream.server.requests.map(({ headers, body }) => [headers.authorization, body]);
      expect(sent.map(([key]) => key)).to.deep.equal(['Bearer first', 'Bearer second']);
      for (const [, body] of sent) expect(body).to.include({ model: 'text-embedding-3-small', dimensions: 64 });
    });

    it('does not wish for dimensions of a model that takes no wish', async () => {
      await service({ model: 'text-embedding-ada-002' }).embedText('a text');
      expect(upstream.server.requests[0]?.body).not.to.have.property('dimensions');
    });

    it('embeds texts in their order', async () => {
      const texts = ['cats and dogs', 'circuit breakers', 'dogs and cats'];
      const [cats, circuits, dogs] = (await service({ dimensions: 256 }).embedTexts(texts)) as [
        number[],
        number[],
        number[],
      ];
      expect(dot(cats, dogs)).to.be.above(dot(cats, circuits));
      expect(await service({ dimensions: 256 }).embedText('circuit breakers')).to.deep.equal(circuits);
    });

    it('asks nothing for no texts', async () => {
      expect(await service().embedTexts([])).to.deep.equal([]);
      expect(upstream.server.count).to.equal(0);
    });

    it("splits many texts into batches within the API's limits, and keeps their order", async () => {
      const texts = Array.from({ length: 2050 }, (_, i) => `text ${i}`);
      const embedding = service({ dimensions: 8 });
      const vectors = await embedding.embedTexts(texts);
      expect(upstream.server.requests.map(({ body }) => (body as { input: string[] }).input.length)).to.deep.equal([
        2048, 2,
      ]);
      expect(vectors).to.have.lengthOf(2050);
      expect(vectors[2049]).to.deep.equal(await embedding.embedText('text 2049'));
    });

    it('splits long texts by what they may hold of tokens', async () => {
      const texts = Array.from({ length: 20 }, () => 'wörd '.repeat(5000));
      await service({ dimensions: 8 }).embedTexts(texts);
      expect(upstream.server.requests.map(({ body }) => (body as { input: string[] }).input.length)).to.deep.equal([
        10, 10,
      ]);
    });

    it('retries the batch that failed, and no other', async () => {
      upstream.server.script('ok', 'reset');
      await service({ dimensions: 8 }).embedTexts(Array.from({ length: 2050 }, (_, i) => `text ${i}`));
      const sizes = upstream.server.requests.map(({ body }) => (body as { input?: string[] }).input?.length);
      expect(sizes).to.deep.equal([2048, 2, 2]);
    });

    for (const [what, fault, kind, requests] of FAULTS) {
      it(`takes ${what} for ${kind}, and sends ${requests} ${requests === 1 ? 'request' : 'requests'}`, async () => {
        upstream.server.always(fault);
        const error = await rejectionOf(service().embedTexts(['one', 'two']));
        expect(classify(error).kind).to.equal(kind);
        expect(upstream.server.count).to.equal(requests);
      });
    }

    it('is refused while the circuit is open, which it shares with the other service', async () => {
      openaiCircuit.isolate();
      expect(await rejectionOf(service().embedText('x')))
        .to.be.instanceOf(CircuitOpenError)
        .and.to.have.property('circuit', 'openai');
      expect(upstream.server.count).to.equal(0);
    });

    it('lets its caller abort', async () => {
      upstream.server.always('stall');
      const controller = new AbortController();
      const asked = rejectionOf(service().embedTexts(['x'], { signal: controller.signal }));
      await upstream.server.received(1);
      controller.abort();
      expect(classify(await asked).kind).to.equal('cancelled');
    });
  });
}

describe('Vectors', () => {
  it('are refused when two of them claim one place', async () => {
    const { vectorsOf } = await import('#lib/openai/vectors.js');
    const item = (index: number) => ({ index, embedding: [1, 2] });
    expect(vectorsOf({ data: [item(1), item(0)] }, 2, 2)).to.deep.equal([
      [1, 2],
      [1, 2],
    ]);
    const base64 = Buffer.from(Float32Array.of(1, 2).buffer).toString('base64');
    expect(vectorsOf({ data: [{ index: 0, embedding: base64 }] }, 1, 2)).to.deep.equal([[1, 2]]);
    for (const data of [
      ...['zzz', 'AACAPw', '', null, {}, undefined].map((embedding) => [{ index: 0, embedding }, item(1)]),
      [null, null],
      [item(0), item(0)],
      [item(0), item(2)],
      [item(0), item(0.5)],
      [item(0), item(-1)],
      [item(0)],
      'x',
      [{ index: 0 }, item(1)],
    ]) {
      expect(() => vectorsOf({ data }, 2, 2)).to.throw(MalformedResponseError);
    }
  });
});
