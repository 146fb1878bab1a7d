import { expect } from 'chai';
import { configure, describe as describeStack, RateLimitedError } from '#lib/index.js';
import { EmbeddingService, GenerationService, openaiCircuit, ResponsesService } from '#lib/openai/index.js';
import { tokensOf, tokensOfChat, tokensOfRequest, tokensUsed } from '#lib/openai/tokens.js';
import { limiterStates } from '#lib/runtime/limiters.js';
import { FakeClock } from '#lib/testing/index.js';
import { SDKS, useServer } from '../support/sdks.js';
import { rejectionOf, turn } from '../support/upstream.js';

const QUESTION = 'What is the capital of France?';
const PASSAGES = ['Paris is the capital of France.'];

/** Each test begins when everything that was owed before is paid. */
let start = Date.now();

describe('The estimate of tokens', () => {
  it('is a quarter of the bytes, and never nothing', () => {
    expect(tokensOf(['a'.repeat(400), ''])).to.equal(101);
    expect(tokensOf(['漢'.repeat(100)])).to.equal(75);
    expect(tokensOfChat([{ content: 'a'.repeat(40) }, { content: null }])).to.equal(10 + 1 + 8 + 256);
  });

  it('counts every text of a request for a response, and no more of an answer than the request allows', () => {
    const [chat, part] = [4, 8];
    expect(tokensOfRequest({ input: 'a'.repeat(40) })).to.equal(10 + chat + 256);
    expect(tokensOfRequest({ input: 'a'.repeat(40), max_output_tokens: 16 })).to.equal(10 + chat + 16);
    expect(tokensOfRequest({ input: 'a'.repeat(40), max_output_tokens: 4000 })).to.equal(10 + chat + 256);
    const input = [
      { role: 'user', content: 'b'.repeat(part * 4) },
      { role: 'user', content: [{ type: 'input_text', text: 'c'.repeat(part * 4) }, { type: 'input_image' }] },
      { type: 'function_call_output', output: 'd'.repeat(part * 4) },
    ];
    expect(tokensOfRequest({ instructions: 'a'.repeat(part * 4), input })).to.equal(4 * part + 4 * chat + 256);
    for (const odd of [{}, { input: null }, { input: [null, 7] }, { input: [{ content: [null] }] }])
      expect(tokensOfRequest(odd)).to.be.within(256, 256 + 3 * chat);
  });

  it('gives way to what the API has counted', () => {
    expect(tokensUsed({ usage: { total_tokens: 7 } })).to.equal(7);
    expect(tokensUsed({ type: 'response.completed', response: { usage: { total_tokens: 7 } } })).to.equal(7);
    for (const odd of [
      undefined,
      {},
      { usage: null },
      { usage: { total_tokens: '7' } },
      { usage: { total_tokens: -1 } },
    ])
      expect(tokensUsed(odd)).to.equal(undefined);
  });
});

for (const sdk of SDKS) {
  describe(`The rate limits of the services on ${sdk.name}`, () => {
    const upstream = useServer();
    let restore: (() => void)[] = [];
    let clock: FakeClock;

    const withLimits = (openai: object): void => {
      restore.push(configure({ settings: { openai } }));
    };

    beforeEach(() => {
      start += 3_600_000;
      clock = new FakeClock(start);
      restore = [configure({ clock, settings: { log: { level: 'silent' } } })];
      openaiCircuit.reset();
    });
    afterEach(() => {
      for (const undo of restore) undo();
    });

    const embedding = () => new EmbeddingService({ client: sdk.client(upstream.server.baseUrl), dimensions: 8 });
    const generation = () => new GenerationService({ client: sdk.client(upstream.server.baseUrl) });
    const responses = () => new ResponsesService({ client: sdk.client(upstream.server.baseUrl) });
    const owedMs = (limiter: string): number | undefined =>
      limiterStates().find((state) => state.limiter === limiter)?.retryAfterMs;

    /** Lets real I/O and virtual waits go on until the promise has settled. */
    async function settled<T>(promise: Promise<T>): Promise<T> {
      let isOver = false;
      const watched = promise.finally(() => {
        isOver = true;
      });
      watched.catch(() => undefined);
      while (!isOver) {
        await clock.advance('10ms');
        await turn();
      }
      return watched;
    }

    it('are off by default', async () => {
      const before = clock.now();
      await Promise.all(Array.from({ length: 5 }, () => embedding().embedText('a text')));
      expect(clock.now()).to.equal(before);
      expect(describeStack(EmbeddingService).send?.map(({ settings }) => settings.limit?.value)).to.deep.equal([
        null,
        null,
      ]);
    });

    it('let requests of all services wait for their turn', async () => {
      withLimits({ requestsPerMinute: 60 });
      const before = clock.now();
      await settled(
        Promise.all([
          embedding().embedText('a text'),
          embedding().embedTexts(['b', 'c']),
          generation().generateAnswer(QUESTION, PASSAGES),
          responses().create({ input: QUESTION }),
        ]),
      );
      expect(clock.now() - before).to.be.within(3000, 3500);
      expect(upstream.server.requests).to.have.lengthOf(4);
    });

    it('correct the estimate of tokens by the usage of an embedding', async () => {
      withLimits({ tokensPerMinute: 60_000 });
      await embedding().embedText('漢'.repeat(1000));
      const counted = owedMs('openai tokens');
      // One token a millisecond. The server counts 250, and the estimate was 750.
      expect(counted).to.equal(250);
    });

    it('correct it by the usage of an answer, streamed or not', async () => {
      withLimits({ tokensPerMinute: 60_000 });
      await generation().generateAnswer(QUESTION, PASSAGES);
      const whole = owedMs('openai tokens');
      expect(whole).to.be.within(1, 255);
      await clock.advance('10s');
      for await (const _piece of generation().streamAnswer(QUESTION, PASSAGES));
      expect(owedMs('openai tokens')).to.equal(whole);
      expect(upstream.server.requests[1]?.body).to.deep.include({ stream_options: { include_usage: true } });
    });

    it('correct it by the usage of a response, streamed or not', async () => {
      withLimits({ tokensPerMinute: 60_000 });
      await responses().create({ input: QUESTION });
      const whole = owedMs('openai tokens');
      expect(whole).to.be.within(1, 255);
      await clock.advance('10s');
      for await (const _event of responses().stream({ input: QUESTION }));
      expect(owedMs('openai tokens')).to.equal(whole);
    });

    it('ask for no usage of a stream unless tokens are limited', async () => {
      for await (const _piece of generation().streamAnswer(QUESTION, PASSAGES));
      expect(upstream.server.requests[0]?.body).not.to.have.property('stream_options');
    });

    it('reject a request that would wait for more than a minute, and open no circuit', async () => {
      withLimits({ tokensPerMinute: 1000 });
      const service = embedding();
      await service.embedText('a'.repeat(8000));
      const calls = [service.embedText('b'.repeat(4000)), service.embedText('c')];
      const error = await settled(rejectionOf(calls[1] as Promise<unknown>));
      expect(error).to.be.instanceOf(RateLimitedError);
      expect(error).to.include({ limiter: 'openai tokens' });
      expect(openaiCircuit.state).to.equal('closed');
      expect(openaiCircuit.isOpen).to.equal(false);
      await settled(Promise.allSettled(calls));
    });
  });
}
