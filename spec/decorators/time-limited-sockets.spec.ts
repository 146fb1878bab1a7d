import { expect } from 'chai';
import type OpenAI from 'openai';
import { configure, currentSignal, RetryOnTransient, TimeLimited, TimeLimitError } from '#lib/index.js';
import type { Fault } from '#lib/testing/index.js';
import { ask, askStreamed, SDKS, settlesWithin, useServer } from '../support/sdks.js';
import { rejectionOf } from '../support/upstream.js';

const STALLS: [what: string, fault: Fault][] = [
  ['before the headers', 'stall'],
  ['in the body', 'body-stall'],
  ['in the body of an error', { type: 'body-stall', status: 500 }],
];

const STREAM_STALLS: [what: string, fault: Fault, chunks: number][] = [
  ['before the headers', 'stall', 0],
  ['before the first chunk', { type: 'stream-stall', afterChunks: 0 }, 0],
  ['with nothing but comments', { type: 'stream-comments', everyMs: 10 }, 0],
  ['after some chunks', { type: 'stream-stall', afterChunks: 3 }, 3],
  ['with comments after some chunks', { type: 'stream-comments', afterChunks: 3, everyMs: 10 }, 3],
];

for (const sdk of SDKS) {
  describe(`@TimeLimited around ${sdk.name}`, () => {
    const upstream = useServer();
    let restore: () => void;
    before(() => {
      restore = configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } } });
    });
    after(() => restore());

    class Service {
      constructor(readonly client: OpenAI) {}

      @RetryOnTransient({ maxAttempts: 2 })
      @TimeLimited('150ms')
      async attempt(): Promise<unknown> {
        return ask(this.client, { signal: currentSignal() ?? null });
      }

      @TimeLimited('150ms')
      @RetryOnTransient()
      async whole(_signal?: AbortSignal): Promise<unknown> {
        return ask(this.client, { signal: currentSignal() ?? null });
      }

      @RetryOnTransient({ maxAttempts: 2 })
      @TimeLimited({ firstChunk: '150ms', betweenChunks: '150ms' })
      async *read(): AsyncGenerator<unknown> {
        yield* await askStreamed(this.client, { signal: currentSignal() ?? null });
      }
    }

    const service = (): Service => new Service(sdk.client(upstream.server.baseUrl));
    const outcomes = (): string[] => upstream.server.requests.map(({ outcome }) => outcome);

    for (const [what, fault] of STALLS) {
      it(`closes each attempt that stalls ${what}`, async () => {
        upstream.server.always(fault);
        expect(await rejectionOf(service().attempt())).to.be.instanceOf(TimeLimitError);
        expect(await settlesWithin(2000, upstream.server.settled())).to.equal(true);
        expect(outcomes()).to.deep.equal(['aborted', 'aborted']);
      });

      it(`closes the whole call when it stalls ${what}`, async () => {
        upstream.server.always(fault);
        expect(await rejectionOf(service().whole())).to.be.instanceOf(TimeLimitError);
        expect(await settlesWithin(2000, upstream.server.settled())).to.equal(true);
        expect(outcomes()).to.deep.equal(['aborted']);
      });
    }

    for (const [what, fault, delivered] of STREAM_STALLS) {
      it(`closes a stream that stalls ${what}`, async () => {
        upstream.server.always(fault);
        let chunks = 0;
        const read = async (): Promise<void> => {
          for await (const _ of service().read()) chunks += 1;
        };
        expect(await rejectionOf(read())).to.be.instanceOf(TimeLimitError);
        expect(await settlesWithin(2000, upstream.server.settled())).to.equal(true);
        expect(chunks).to.equal(delivered);
        expect(outcomes()).to.deep.equal(delivered > 0 ? ['aborted'] : ['aborted', 'aborted']);
      });
    }

    it('lets a slow stream come to its end, as long as no chunk takes longer than it may', async () => {
      const attemptLimit = { firstChunk: '400ms', betweenChunks: '400ms' } as const;
      const restoreLimit = configure({ settings: { methods: { 'Service.read': { attemptLimit } } } });
      upstream.server.always({ type: 'stream-drip', everyMs: 60 });
      let chunks = 0;
      const since = Date.now();
      for await (const _ of service().read()) chunks += 1;
      restoreLimit();
      expect(chunks).to.be.above(5);
      expect(Date.now() - since, 'longer than any of its limits').to.be.above(400);
      expect(outcomes()).to.deep.equal(['answered']);
    });

    it("closes the request with the caller's signal, and keeps his reason", async () => {
      upstream.server.always('stall');
      const controller = new AbortController();
      const restoreLimit = configure({ settings: { methods: { 'Service.whole': { timeLimit: { limit: '20s' } } } } });
      const asked = rejectionOf(service().whole(controller.signal));
      await upstream.server.received(1);
      const reason = new Error('the user has left');
      controller.abort(reason);
      expect(await asked).to.equal(reason);
      await upstream.server.settled();
      expect(outcomes()).to.deep.equal(['aborted']);
      restoreLimit();
    });
  });
}
