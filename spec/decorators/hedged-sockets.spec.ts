import { expect } from 'chai';
import type OpenAI from 'openai';
import {
  ConcurrencyLimited,
  configure,
  currentSignal,
  type Duration,
  Hedged,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import type { Fault } from '#lib/testing/index.js';
import { ANSWER, ask, askStreamed, SDKS, settlesWithin, useServer, WORDS } from '../support/sdks.js';
import { rejectionOf } from '../support/upstream.js';

const STALLS: [what: string, fault: Fault][] = [
  ['before the headers', 'stall'],
  ['in the body', 'body-stall'],
];

const STREAM_STALLS: [what: string, fault: Fault][] = [
  ['before the headers', 'stall'],
  ['before the first chunk', { type: 'stream-stall', afterChunks: 0 }],
  ['with nothing but comments', { type: 'stream-comments', everyMs: 10 }],
];

for (const sdk of SDKS) {
  describe(`@Hedged around ${sdk.name}`, () => {
    const upstream = useServer();
    let restore: () => void;
    before(() => {
      restore = configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } } });
    });
    after(() => restore());

    class Service {
      constructor(readonly client: OpenAI) {}

      @Hedged({ after: '100ms' })
      async answer(_signal?: AbortSignal): Promise<string | null | undefined> {
        const completion = await ask(this.client, { signal: currentSignal() ?? null });
        return completion.choices[0]?.message.content;
      }

      @RetryOnTransient({ maxAttempts: 2 })
      @Hedged({ after: '100ms' })
      @ConcurrencyLimited({ limit: 2 })
      @TimeLimited('5s')
      async stacked(): Promise<string | null | undefined> {
        return this.answerOnce();
      }

      @Hedged({ after: '100ms' })
      async *words(): AsyncGenerator<string> {
        for await (const { choices } of await askStreamed(this.client, { signal: currentSignal() ?? null })) {
          const word = choices[0]?.delta.content;
          if (typeof word === 'string') yield word;
        }
      }

      private async answerOnce(): Promise<string | null | undefined> {
        const completion = await ask(this.client, { signal: currentSignal() ?? null });
        return completion.choices[0]?.message.content;
      }
    }

    /** Where no second request is expected, a busy machine is given time. */
    const patiently = async (method: 'answer' | 'words', after: Duration, run: () => Promise<void>): Promise<void> => {
      const undo = configure({ settings: { methods: { [`Service.${method}`]: { hedge: { after } } } } });
      try {
        await run();
      } finally {
        undo();
      }
    };

    const service = (): Service => new Service(sdk.client(upstream.server.baseUrl));
    const outcomes = (): string[] => upstream.server.requests.map(({ outcome }) => outcome);
    const settled = async (): Promise<void> => {
      expect(await settlesWithin(2000, upstream.server.settled())).to.equal(true);
    };

    it('sends one request where the answer comes in time', async () => {
      await patiently('answer', '3s', async () => {
        expect(await service().answer()).to.equal(ANSWER);
      });
      expect(outcomes()).to.deep.equal(['answered']);
    });

    for (const [what, fault] of STALLS) {
      it(`answers from the second request, and closes the socket of the first, which stalls ${what}`, async () => {
        upstream.server.script(fault);
        expect(await service().answer()).to.equal(ANSWER);
        await settled();
        expect(outcomes()).to.deep.equal(['aborted', 'answered']);
      });

      it(`does so with a whole stack around it when one stalls ${what}`, async () => {
        upstream.server.script(fault);
        const asking = service();
        expect(await asking.stacked()).to.equal(ANSWER);
        expect(await Promise.all([asking.stacked(), asking.stacked()])).to.deep.equal([ANSWER, ANSWER]);
        await settled();
        expect(outcomes()).to.deep.equal(['aborted', 'answered', 'answered', 'answered']);
      });
    }

    it('closes the socket of the second request when the first answers after all', async () => {
      upstream.server.script({ type: 'ok', delayMs: 1000 }, 'stall');
      expect(await service().answer()).to.equal(ANSWER);
      await settled();
      expect(outcomes()).to.deep.equal(['answered', 'aborted']);
    });

    it('sends no second request for one that fails at once', async () => {
      upstream.server.script({ type: 'status', status: 503 });
      await patiently('answer', '3s', async () => {
        expect(await rejectionOf(service().answer())).to.have.property('status', 503);
      });
      expect(outcomes()).to.deep.equal(['answered']);
    });

    it('survives the failure of the second request', async () => {
      upstream.server.script({ type: 'ok', delayMs: 1000 }, 'reset');
      expect(await service().answer()).to.equal(ANSWER);
      expect(outcomes()).to.deep.equal(['answered', 'broken']);
    });

    it("closes every socket with the caller's signal, and keeps his reason", async () => {
      upstream.server.always('stall');
      const controller = new AbortController();
      const asked = rejectionOf(service().answer(controller.signal));
      await upstream.server.received(2);
      const reason = new Error('the user has left');
      controller.abort(reason);
      expect(await asked).to.equal(reason);
      await settled();
      expect(outcomes()).to.deep.equal(['aborted', 'aborted']);
    });

    for (const [what, fault] of STREAM_STALLS) {
      it(`reads the second stream, and closes the socket of the first, which stalls ${what}`, async () => {
        upstream.server.script(fault);
        const words: string[] = [];
        for await (const word of service().words()) words.push(word);
        await settled();
        expect(words).to.deep.equal(WORDS);
        expect(outcomes()).to.deep.equal(['aborted', 'answered']);
      });
    }

    it('goes on with a stream that is slow after its first chunk', async () => {
      upstream.server.script({ type: 'stream-drip', everyMs: 150 });
      const words: string[] = [];
      await patiently('words', '600ms', async () => {
        for await (const word of service().words()) words.push(word);
      });
      expect(words).to.deep.equal(WORDS);
      expect(outcomes()).to.deep.equal(['answered']);
    });

    it('closes the socket of the winner when its reader leaves', async () => {
      upstream.server.script('stall', { type: 'stream-stall', afterChunks: 3 });
      for await (const word of service().words()) if (word !== '') break;
      await settled();
      expect(outcomes()).to.deep.equal(['aborted', 'aborted']);
    });
  });
}
