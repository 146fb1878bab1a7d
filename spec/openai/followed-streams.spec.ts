import type OpenAI from 'openai';
import { expect } from 'chai';
import {
  CircuitProtected,
  circuit,
  ConcurrencyLimited,
  configure,
  currentSignal,
  onEvent,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { askStreamed, caught, collect, type Sdk, SDKS, until, useServer, WORDS } from '../support/sdks.js';
import { uniqueName } from '../support/upstream.js';

type Chunks = Awaited<ReturnType<typeof askStreamed>>;

/** What `create({ stream: true })` resolves to, asked through a method of the user's own. */
for (const sdk of SDKS) {
  describe(`The stream that ${sdk.name} resolves to`, () => {
    const at = useServer();
    const events: string[] = [];
    let undo: (() => void)[] = [];
    beforeEach(() => {
      events.length = 0;
      undo = [
        configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '5ms' } } }),
        onEvent(({ type }) => events.push(type)),
      ];
    });
    afterEach(() => {
      for (const restore of undo) restore();
    });

    function serviceOf({ client: clientOf }: Sdk) {
      const name = uniqueName();
      const client: OpenAI = clientOf(at.server.baseUrl);
      /** What the client resolved to, before any policy saw it. */
      const bare: { chunks?: Chunks; iterate?: unknown } = {};
      class Assistant {
        @TimeLimited('20s')
        @CircuitProtected({ circuit: name, failureThreshold: 2 })
        @RetryOnTransient()
        @ConcurrencyLimited({ limit: 1 })
        @TimeLimited('10s')
        async ask(): Promise<Chunks> {
          const chunks = await askStreamed(client, { signal: currentSignal() });
          bare.chunks = chunks;
          bare.iterate = chunks[Symbol.asyncIterator];
          return chunks;
        }

        @CircuitProtected({ circuit: name, failureThreshold: 1 })
        @RetryOnTransient()
        async split(): Promise<Chunks> {
          return askStreamed(client);
        }
      }
      return { assistant: new Assistant(), bare, name };
    }

    it('is the very object, with its class, its controller and its private members', async () => {
      const { assistant, bare } = serviceOf(sdk);
      const chunks = await assistant.ask();
      expect(chunks).to.equal(bare.chunks);
      expect(chunks.constructor.name).to.equal('Stream');
      expect(chunks.controller).to.be.instanceOf(AbortController);
      expect(Object.keys(chunks)).not.to.include('next');
      expect(chunks[Symbol.asyncIterator]).not.to.equal(bare.iterate);
      const { words, finish, error } = await collect(chunks);
      expect({ words, finish, error }).to.deep.equal({ words: WORDS, finish: 'stop', error: undefined });
      expect((await collect(chunks)).error)
        .to.have.property('message')
        .that.includes('consumed');
      // The permit is back.
      expect((await collect(await assistant.ask())).words).to.deep.equal(WORDS);
      expect(events).to.deep.equal([]);
    });

    it('can be read as a web stream, which gives the permit back at its end', async () => {
      const { assistant } = serviceOf(sdk);
      for (let i = 0; i < 2; i++) {
        const text = await new Response((await assistant.ask()).toReadableStream()).text();
        expect(text.trim().split('\n')).to.have.lengthOf(WORDS.length + 1);
      }
    });

    it('can be split in two, both of which are whole', async () => {
      const { assistant } = serviceOf(sdk);
      const [left, right] = (await assistant.split()).tee();
      const both = await Promise.all([collect(left), collect(right)]);
      expect(both.map(({ words }) => words)).to.deep.equal([WORDS, WORDS]);
    });

    it('is asked for again if it fails before it is there, and never once it is', async () => {
      const { assistant, name } = serviceOf(sdk);
      at.server.script({ type: 'status', status: 503 });
      expect((await collect(await assistant.ask())).words).to.deep.equal(WORDS);
      expect(at.server.requests).to.have.lengthOf(2);
      for (let i = 0; i < 2; i++) {
        at.server.reset();
        at.server.script({ type: 'stream-cut', afterChunks: 2, by: 'reset' });
        expect(circuit(name).state).to.equal('closed');
        const { words, error } = await collect(await assistant.ask());
        expect(words).to.deep.equal(WORDS.slice(0, 2));
        expect(error).to.be.instanceOf(Error);
        expect(at.server.requests).to.have.lengthOf(1);
      }
      expect(circuit(name).state).to.equal('open');
      expect(await caught(assistant.ask())).to.have.property('name', 'CircuitOpenError');
      expect(events.filter((type) => type === 'stream_broken')).to.have.lengthOf(2);
    });

    it('ends its request when it is left', async () => {
      const { assistant, name } = serviceOf(sdk);
      at.server.script({ type: 'stream-stall', afterChunks: 2 });
      for await (const chunk of await assistant.ask()) {
        expect(chunk.choices).to.have.lengthOf(1);
        break;
      }
      await until(() => at.server.requests[0]?.outcome === 'aborted');
      expect(circuit(name).state).to.equal('closed');
      expect((await collect(await assistant.ask())).words).to.deep.equal(WORDS);
    });
  });
}
