import { expect } from 'chai';
import { z } from 'zod';
import { type ModelOptions, resilientModel } from '#lib/ai/index.js';
import { circuit, circuits, classify, ConfigurationError, TimeLimited } from '#lib/index.js';
import { type Fault, type FaultServer, instantRetries, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, turn, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { type Provider, startProvider } from './support/provider.js';
import { SDKS } from './support/sdks.js';

const UNAVAILABLE = { type: 'status', status: 503 } as const;
const ANSWER = 'Paris is the capital of France.';
const ASKED = { system: 'Paris is the capital of France.', prompt: 'What is the capital of France?' };
const ONCE = { maxRetries: 0 } as const;

for (const sdk of SDKS) {
  const { generateText, generateObject, streamText, streamObject, tool, stepCountIs } = sdk.ai;

  describe(`resilientModel in ${sdk.name}`, () => {
    const world = virtualTime();
    let first: FaultServer;
    let second: FaultServer;
    let name: string;
    let restore: () => void;

    before(async () => {
      [first, second] = await Promise.all([startFaultServer(), startFaultServer()]);
    });
    after(() => Promise.all([first.close(), second.close()]));
    beforeEach(() => {
      first.reset();
      second.reset();
      name = uniqueName();
      restore = instantRetries();
    });
    afterEach(() => restore());

    const one = (options: ModelOptions = {}) => resilientModel(sdk.chat(first.baseUrl), { circuit: name, ...options });
    const two = (options: ModelOptions = {}) =>
      resilientModel([sdk.chat(first.baseUrl, 'a'), sdk.chat(second.baseUrl, 'b')], { circuit: name, ...options });
    const silent = { onError: () => {} };

    /** The text of a stream, or the error that it ends with. */
    async function streamed(model: ReturnType<typeof one>, options: { abortSignal?: AbortSignal } = {}) {
      let text = '';
      let error: unknown;
      const parts: string[] = [];
      try {
        for await (const part of streamText({ model, ...ASKED, ...ONCE, ...silent, ...options }).fullStream) {
          parts.push(part.type);
          if (part.type === 'text-delta') text += part.text;
          if (part.type === 'error') error = part.error;
        }
      } catch (thrown) {
        // A connection that breaks off ends the stream itself, with a model of the SDK's own too.
        error = thrown;
      }
      return { text, error, parts };
    }

    it('is a model like the one it is made of', () => {
      const model = sdk.chat(first.baseUrl);
      const { provider, modelId, specificationVersion } = resilientModel(model);
      expect({ provider, modelId, specificationVersion }).to.deep.equal({
        provider: model.provider,
        modelId: 'gpt',
        specificationVersion: model.specificationVersion,
      });
    });

    for (const [what, model] of [
      ["OpenAI's chat", () => sdk.chat(first.baseUrl)],
      ["OpenAI's responses", () => sdk.responses(first.baseUrl)],
    ] as const) {
      describe(`with ${what}`, () => {
        const resilient = (options: ModelOptions = {}) => resilientModel(model(), { circuit: name, ...options });

        it('generates, after a fault that passes', async () => {
          first.script('reset', UNAVAILABLE);
          const { text } = await generateText({ model: resilient(), ...ASKED, ...ONCE });
          expect(text).to.equal(ANSWER);
          expect(first.count).to.equal(3);
          expect(world.heard('retry_scheduled').map(({ kind, circuit: of }) => [kind, of])).to.deep.equal([
            ['network', name],
            ['server', name],
          ]);
        });

        it('streams, after a fault that passes', async () => {
          first.script('hang-up', UNAVAILABLE);
          expect(await streamed(resilient())).to.include({ text: ANSWER, error: undefined });
          expect(first.count).to.equal(3);
        });

        it('gives up after three requests, with the last failure itself', async () => {
          first.always(UNAVAILABLE);
          const error = await rejectionOf(generateText({ model: resilient(), ...ASKED, ...ONCE }));
          expect(error).to.include({ name: 'AI_APICallError', statusCode: 503 });
          expect((await streamed(resilient())).error).to.include({ name: 'AI_APICallError', statusCode: 503 });
          expect(first.count).to.equal(6);
        });
      });
    }

    for (const [fault, requests] of [
      ['reset', 3],
      ['not-http', 3],
      [UNAVAILABLE, 3],
      [{ type: 'status', status: 400 }, 1],
      [{ type: 'status', status: 401 }, 1],
      ['rate-limit', 5],
    ] satisfies [Fault, number][]) {
      it(`sends ${requests} requests under ${JSON.stringify(fault)}, generating and streaming`, async () => {
        first.always(fault);
        await rejectionOf(generateText({ model: one(), ...ASKED, ...ONCE }));
        expect(first.count).to.equal(requests);
        expect((await streamed(one())).error).not.to.equal(undefined);
        expect(first.count).to.equal(2 * requests);
      });
    }

    describe('a stream', () => {
      it('is repeated until its first content has come', async () => {
        first.script({ type: 'stream-error', afterChunks: 0 }, { type: 'stream-cut', afterChunks: 0 });
        expect(await streamed(one())).to.include({ text: ANSWER, error: undefined });
        expect(first.count).to.equal(3);
      });

      it('that breaks off later is not repeated, and counts', async () => {
        first.script({ type: 'stream-cut', afterChunks: 3 });
        const { text, error } = await streamed(one());
        expect(text).not.to.equal('');
        expect(classify(error).kind).to.equal('network');
        expect(first.count).to.equal(1);
        expect(circuit(name).snapshot()).to.include({ failures: 1 });
        expect(world.heard('stream_broken')).to.have.length(1);
      });

      it('lets an error part after its first content through, with what follows, and counts it', async () => {
        first.script({ type: 'stream-error', afterChunks: 3, code: 'server_error' });
        const { text, error, parts } = await streamed(one());
        expect(text).not.to.equal('');
        expect(error).not.to.equal(undefined);
        expect(parts.filter((type) => type === 'error')).to.have.length(1);
        expect(parts.at(-1)).to.equal('finish');
        expect(first.count).to.equal(1);
        expect(circuit(name).snapshot()).to.include({ failures: 1 });
      });

      it('that its reader leaves closes its connection, also while a part is pending', async () => {
        first.always({ type: 'stream-stall', afterChunks: 3 });
        const { stream } = await one().doStream({
          prompt: [{ role: 'user', content: [{ type: 'text', text: 'why?' }] }],
        });
        const reader = stream.getReader();
        await reader.read();
        await reader.read();
        await reader.cancel();
        await first.settled();
        expect(first.requests[0]?.outcome).to.equal('aborted');
      });

      it('keeps what else the call resolves to', async () => {
        const { stream, ...rest } = await one().doStream({
          prompt: [{ role: 'user', content: [{ type: 'text', text: 'why?' }] }],
        });
        expect(rest).to.have.nested.property('request.body');
        expect(rest).to.have.nested.property('response.headers');
        let parts = 0;
        for await (const _ of stream) parts += 1;
        expect(parts).to.be.above(3);
      });
    });

    describe('several models', () => {
      it('are asked in turn: the next one answers when the failure of the one before is final', async () => {
        first.always(UNAVAILABLE);
        expect((await generateText({ model: two(), ...ASKED, ...ONCE })).text).to.equal(ANSWER);
        expect([first.count, second.count]).to.deep.equal([3, 1]);
        expect(second.requests[0]).to.have.nested.property('body.model', 'b');
        expect(await streamed(two())).to.include({ text: ANSWER, error: undefined });
        expect([first.count, second.count]).to.deep.equal([6, 2]);
      });

      it('answer for one that refuses, that limits or whose account is spent', async () => {
        for (const fault of [{ type: 'status', status: 404 }, 'rate-limit', 'quota'] satisfies Fault[]) {
          first.always(fault);
          expect((await generateText({ model: two(), ...ASKED, ...ONCE })).text).to.equal(ANSWER);
        }
        expect(second.count).to.equal(3);
      });

      it('are each behind a circuit of its own', async () => {
        first.always(UNAVAILABLE);
        const model = two();
        for (let at = 0; at < 5; at++) await generateText({ model, ...ASKED, ...ONCE });
        expect(circuit(name).state).to.equal('open');
        expect(circuit(`${name}#2`).state).to.equal('closed');
        first.reset();
        await generateText({ model, ...ASKED, ...ONCE });
        await streamed(model);
        expect([first.count, second.count]).to.deep.equal([0, 7]);
      });

      it("answer only for one whose circuit is open with fallbackOn: 'open'", async () => {
        first.always(UNAVAILABLE);
        const model = two({ fallbackOn: 'open' });
        expect(await rejectionOf(generateText({ model, ...ASKED, ...ONCE }))).to.include({ statusCode: 503 });
        expect(second.count).to.equal(0);
        circuit(name).isolate();
        expect((await generateText({ model, ...ASKED, ...ONCE })).text).to.equal(ANSWER);
        circuit(name).reset();
      });

      it('fail with the last failure of one that was asked, else with the refusal that is over first', async () => {
        first.always(UNAVAILABLE);
        second.always({ type: 'status', status: 500 });
        const model = two();
        expect(await rejectionOf(generateText({ model, ...ASKED, ...ONCE }))).to.include({ statusCode: 500 });
        circuit(`${name}#2`).isolate();
        expect(await rejectionOf(generateText({ model, ...ASKED, ...ONCE }))).to.include({ statusCode: 503 });
        circuit(name).isolate();
        expect(await rejectionOf(generateText({ model, ...ASKED, ...ONCE }))).to.have.property(
          'name',
          'CircuitOpenError',
        );
        for (const each of [name, `${name}#2`]) circuit(each).reset();
      });

      it('are not asked for a stream whose content has begun', async () => {
        first.script({ type: 'stream-cut', afterChunks: 3 });
        const { error } = await streamed(two());
        expect(error).not.to.equal(undefined);
        expect(second.count).to.equal(0);
      });

      it('are not asked once the caller has aborted', async () => {
        first.always('stall');
        const controller = new AbortController();
        const asked = generateText({ model: two(), ...ASKED, ...ONCE, abortSignal: controller.signal });
        const rejection = rejectionOf(asked);
        await first.received(1);
        controller.abort();
        expect(classify(await rejection).kind).to.equal('cancelled');
        await first.settled();
        expect(first.requests[0]?.outcome).to.equal('aborted');
        expect([first.count, second.count]).to.deep.equal([1, 0]);
      });

      it('have circuits named by provider and model, a repeated name with its number', async () => {
        const id = uniqueName();
        const models = [first, second, second].map(({ baseUrl }) => sdk.chat(baseUrl, id));
        first.always({ type: 'status', status: 400 });
        second.always({ type: 'status', status: 400 });
        await rejectionOf(generateText({ model: resilientModel(models), ...ASKED, ...ONCE }));
        const own = circuits().flatMap((handle) => (handle.name.includes(id) ? [handle.name] : []));
        expect(own).to.deep.equal([`openai.chat/${id}`, `openai.chat/${id}#2`, `openai.chat/${id}#3`]);
      });

      it('read by themselves the URLs that all of them read', async () => {
        const [chat, responses] = [sdk.chat(first.baseUrl), sdk.responses(first.baseUrl)];
        const alone = await resilientModel(responses).supportedUrls;
        expect(alone).to.deep.equal(await responses.supportedUrls);
        expect(Object.keys(await resilientModel([responses, responses]).supportedUrls)).to.have.members(
          Object.keys(alone),
        );
        const both = await resilientModel([responses, sdk.anthropic(first.baseUrl), chat]).supportedUrls;
        const known = await Promise.all([responses, chat].map(async (model) => Object.keys(await model.supportedUrls)));
        for (const type of Object.keys(both)) for (const types of known) expect(types).to.include(type);
      });
    });

    describe('limits', () => {
      it('end each attempt of an answer', async () => {
        first.always('stall');
        const rejection = rejectionOf(generateText({ model: one({ timeLimit: '2s' }), ...ASKED, ...ONCE }));
        for (const count of [1, 2, 3]) {
          await first.received(count);
          await world.clock.advance('2s');
        }
        expect(await rejection).to.have.property('name', 'TimeLimitError');
        await first.settled();
        expect(first.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'aborted', 'aborted']);
        expect(world.clock.timers).to.equal(0);
      });

      it('end the wait for the first content of a stream, and leave the rest alone', async () => {
        const model = one({ timeLimit: '2s', retry: false });
        first.script('stall');
        const stuck = streamed(model);
        await first.received(1);
        await world.clock.advance('2s');
        expect((await stuck).error).to.have.property('name', 'TimeLimitError');
        expect(await streamed(model)).to.include({ text: ANSWER });
        expect(world.clock.timers).to.equal(0);
      });

      it('of the method that calls end the call', async () => {
        first.always('stall');
        const model = two();
        const asked = TimeLimited('2s')(async () => generateText({ model, ...ASKED, ...ONCE }))();
        const rejection = rejectionOf(asked);
        await first.received(1);
        await world.clock.advance('2s');
        expect(await rejection).to.have.property('name', 'TimeLimitError');
        await first.settled();
        expect([first.count, second.count]).to.deep.equal([1, 0]);
      });

      it('let a hedge answer for an attempt that is slow', async () => {
        restore();
        first.script('stall', 'ok');
        const asked = watch(generateText({ model: one({ hedge: { after: '1s' } }), ...ASKED, ...ONCE }));
        await first.received(1);
        await world.clock.advance('1s');
        while (!asked.settled.done) await turn();
        expect(asked.settled.value).to.have.property('text', ANSWER);
        await first.settled();
        expect(first.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'answered']);
      });
    });

    it('ends the wait between two attempts when the caller aborts', async () => {
      restore();
      first.always(UNAVAILABLE);
      const controller = new AbortController();
      const asked = watch(generateText({ model: one(), ...ASKED, ...ONCE, abortSignal: controller.signal }));
      while (world.heard('retry_scheduled').length === 0) await turn();
      controller.abort();
      while (!asked.settled.done) await turn();
      expect(asked.settled.error).to.have.property('name', 'AbortError');
      expect(first.count).to.equal(1);
      expect(world.clock.timers).to.equal(0);
    });

    it('reports that requests multiply with the retries of the AI SDK', async function () {
      this.timeout(20_000);
      first.always({ type: 'status', status: 503, headers: { 'retry-after-ms': '1' } });
      const model = one();
      await rejectionOf(generateText({ model, ...ASKED, maxRetries: 1 }));
      expect(first.count).to.equal(6);
      await rejectionOf(generateText({ model, ...ASKED, maxRetries: 1 }));
      const reported = world.heard('retries_multiplied');
      expect(reported.map(({ requests }) => requests)).to.deep.equal([9]);
      expect(reported[0]?.reason).to.include('generateText({ maxRetries: 0 })');
    });

    it('does not report it with maxRetries: 0', async () => {
      first.always(UNAVAILABLE);
      const model = one();
      for (let at = 0; at < 3; at++) await rejectionOf(generateText({ model, ...ASKED, ...ONCE }));
      expect(world.heard('retries_multiplied')).to.have.length(0);
    });

    for (const kind of ['chat', 'anthropic'] as const) {
      describe(`${kind}, with tools and objects`, () => {
        let provider: Provider;
        let other: Provider;

        beforeEach(async () => {
          [provider, other] = await Promise.all([startProvider(), startProvider()]);
        });
        afterEach(() => Promise.all([provider.close(), other.close()]));

        const model = (options: ModelOptions = {}) =>
          resilientModel([sdk[kind](provider.url), sdk.chat(other.url)], { circuit: name, ...options });
        const schema = z.object({ year: z.number() });
        const tools = () => ({
          age: tool({
            description: 'How old it is',
            inputSchema: schema,
            execute: ({ year }) => `${2026 - year} years`,
          }),
        });

        it('calls tools, each step protected for itself', async () => {
          provider.script(503, 'ok', 'reset', 'ok');
          const { text, steps } = await generateText({
            model: model(),
            prompt: 'How old is it?',
            tools: tools(),
            stopWhen: stepCountIs(3),
            ...ONCE,
          });
          expect(steps).to.have.length(2);
          expect(steps[0]?.toolResults[0]).to.include({ output: '155 years' });
          expect(text).to.equal('It was built in 1871.');
          expect(provider.requests).to.have.length(4);
        });

        it('streams tool calls and what follows them', async () => {
          provider.script(503, 'ok', 503, 'ok');
          const { textStream, steps } = streamText({
            model: model(),
            prompt: 'How old is it?',
            tools: tools(),
            stopWhen: stepCountIs(3),
            ...ONCE,
            ...silent,
          });
          let text = '';
          for await (const piece of textStream) text += piece;
          expect(text.trim()).to.equal('It was built in 1871.');
          expect((await steps)[0]?.toolCalls[0]).to.deep.include({ toolName: 'age', input: { year: 1871 } });
          expect(provider.requests).to.have.length(4);
        });

        it('makes objects, whole and streamed, from the next model where the first one is down', async () => {
          provider.always(503);
          const { object } = await generateObject({ model: model(), prompt: 'When?', schema, ...ONCE });
          expect(object).to.deep.equal({ year: 1871 });
          const streaming = streamObject({ model: model(), prompt: 'When?', schema, ...ONCE, ...silent });
          for await (const _ of streaming.partialObjectStream);
          expect(await streaming.object).to.deep.equal({ year: 1871 });
          expect([provider.requests.length, other.requests.length]).to.deep.equal([6, 2]);
        });

        it('generates and streams a text, and counts a stream that breaks off', async () => {
          const { text } = await generateText({ model: model(), prompt: 'When?', ...ONCE });
          expect(text).to.equal('It was built in 1871.');
          provider.script('reset', 'ok', 'cut');
          expect((await streamed(model())).text.trim()).to.equal('It was built in 1871.');
          expect((await streamed(model())).error).not.to.equal(undefined);
          expect(circuit(name).snapshot()).to.include({ failures: 1 });
          expect([provider.requests.length, other.requests.length]).to.deep.equal([4, 0]);
        });
      });
    }

    for (const [given, options, problem] of [
      ['openai/gpt-5', {}, /got a value of type string\. Write: openai\('gpt-5-mini'\), not its id/],
      [undefined, {}, /got a value of type undefined/],
      [{ provider: 'x' }, {}, /got a value of type object/],
      [[], {}, /expected at least one model, got an empty list/],
      [[sdk.chat('http://a.test'), null], {}, /model 2: expected a language model .* got a value of type null/],
      [
        [
          sdk.chat('http://a.test'),
          { ...sdk.chat('http://a.test'), specificationVersion: 'v9', doGenerate() {}, doStream() {} },
        ],
        {},
        /expected models of one specification, got v\d and v9/,
      ],
      [sdk.chat('http://a.test'), { retries: 2 }, /unknown option "retries"/],
      [sdk.chat('http://a.test'), { circuit: '' }, /circuit: expected a name/],
      [sdk.chat('http://a.test'), { fallbackOn: 'always' }, /fallbackOn: expected 'open' or 'failure'/],
      [sdk.chat('http://a.test'), { retry: { maxAttempts: 0 } }, /doGenerate: @RetryOnTransient\(\) maxAttempts/],
    ] as const) {
      it(`refuses what is wrong: ${problem}`, () => {
        expect(() => resilientModel(given as never, options as ModelOptions)).to.throw(ConfigurationError, problem);
      });
    }
  });
}
