import { expect } from 'chai';
import {
  classify,
  ConcurrencyLimited,
  configure,
  currentSignal,
  type FailureKind,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { GenerationService, openaiCircuit } from '#lib/openai/index.js';
import type { RequestOutcome } from '#lib/testing/fault-server/recorded-request.js';
import type { Fault } from '#lib/testing/index.js';
import { ANSWER, nameOf, SDKS, settlesWithin, until, useServer, WORDS } from '../support/sdks.js';

const PASSAGES = ['Paris is the capital of France.', 'Rome is the capital of Italy.'];
const QUESTION = 'What is the capital of France?';

/** The pieces that the caller is given: the role's chunk holds none. */
const PIECES = WORDS.slice(1);

const LIMIT_MS = 120;
const LIMITS = {
  attemptTimeout: `${LIMIT_MS}ms`,
  firstChunk: `${LIMIT_MS}ms`,
  betweenChunks: `${LIMIT_MS}ms`,
} as const;

interface Row {
  readonly fault: Fault;
  /** Whole chunks that the server has sent, the role's included. */
  readonly sent: number;
  readonly kind: FailureKind;
  /** How each request ended, as the server saw it. */
  readonly ended: RequestOutcome;
  readonly isLimited?: boolean;
}

/** A failure before the first piece is met by a second attempt. */
const ATTEMPTS = 2;

const everywhere = (row: (sent: number) => Omit<Row, 'sent'>): Row[] =>
  WORDS.map((_, sent) => ({ ...row(sent), sent }));
const at = (places: readonly number[], row: (sent: number) => Omit<Row, 'sent'>): Row[] =>
  places.map((sent) => ({ ...row(sent), sent }));

const ROWS: readonly Row[] = [
  ...everywhere((afterChunks) => ({
    fault: { type: 'stream-cut', afterChunks, by: 'reset' },
    kind: 'network',
    ended: 'broken',
  })),
  ...at([0, 1, 4], (afterChunks) => ({
    fault: { type: 'stream-cut', afterChunks, by: 'fin' },
    kind: 'network',
    ended: 'broken',
  })),
  ...at([4], (afterChunks) => ({
    fault: { type: 'stream-error', afterChunks, shape: 'flat', code: 'engine_overloaded' },
    kind: 'server',
    ended: 'answered',
  })),
  ...at([4], (afterChunks) => ({
    fault: { type: 'stream-error', afterChunks, code: 'rate_limit_exceeded', errorType: 'tokens' },
    kind: 'rate-limited',
    ended: 'answered',
  })),
  ...at([1, 4], (afterChunks) => ({
    fault: { type: 'stream-stall', afterChunks },
    kind: 'timeout',
    ended: 'aborted',
    isLimited: true,
  })),
  ...at([1, 4], (afterChunks) => ({
    fault: { type: 'stream-comments', afterChunks, everyMs: 10 },
    kind: 'timeout',
    ended: 'aborted',
    isLimited: true,
  })),
  {
    fault: { type: 'body-stall', status: 503 },
    ...{ sent: 0, kind: 'timeout', ended: 'aborted', isLimited: true },
  },
  {
    fault: { type: 'body-stall', status: 429 },
    ...{ sent: 0, kind: 'timeout', ended: 'aborted', isLimited: true },
  },
];

/** What is no failure of the upstream's health to retry: one request, whatever it sent. */
const MALFORMED: readonly [fault: Fault, sent: number, ended: RequestOutcome][] = [
  [{ type: 'stream-unfinished' }, WORDS.length, 'answered'],
  [{ type: 'stream-unfinished', afterChunks: 0 }, 0, 'answered'],
  [{ type: 'stream-unfinished', afterChunks: 3, done: true }, 3, 'answered'],
  [{ type: 'stream-cut', afterChunks: 3, by: 'fin', framing: 'close' }, 3, 'broken'],
  ['html', 0, 'answered'],
  ['empty', 0, 'answered'],
];

for (const sdk of SDKS) {
  describe(`A stream of ${sdk.name} under a whole stack`, () => {
    const upstream = useServer();
    let undo: (() => void)[] = [];

    beforeEach(() => {
      const settings = {
        retry: { minWait: '1ms', maxWait: '2ms', maxAttempts: ATTEMPTS },
        rateLimit: { minWait: '1ms' },
        log: { level: 'silent' },
      } as const;
      openaiCircuit.reset();
      undo = [configure({ settings })];
    });
    afterEach(() => {
      openaiCircuit.reset();
      for (const restore of undo) restore();
    });

    /** One caller at a time: who does not bring the permit back keeps all others out. */
    class OneAtATime {
      readonly #service = new GenerationService({ client: sdk.client(upstream.server.baseUrl) });

      @TimeLimited('20s')
      @ConcurrencyLimited({ limit: 1 })
      async *read(_signal?: AbortSignal): AsyncGenerator<string> {
        yield* this.#service.streamAnswer(QUESTION, PASSAGES, { signal: currentSignal() as AbortSignal });
      }

      @TimeLimited('20s')
      @ConcurrencyLimited({ limit: 1 })
      async ask(): Promise<string> {
        return this.#service.generateAnswer(QUESTION, PASSAGES, { signal: currentSignal() as AbortSignal });
      }
    }

    async function read(service: OneAtATime): Promise<{ pieces: string[]; error: unknown }> {
      const pieces: string[] = [];
      try {
        for await (const piece of service.read()) pieces.push(piece);
        return { pieces, error: undefined };
      } catch (error) {
        return { pieces, error };
      }
    }

    const endings = async (): Promise<RequestOutcome[]> => {
      expect(await settlesWithin(2000, upstream.server.settled()), 'every request has ended').to.equal(true);
      return upstream.server.requests.map(({ outcome }) => outcome);
    };

    /** The permit is back, and the upstream is asked once. */
    async function answersNext(service: OneAtATime): Promise<void> {
      upstream.server.reset();
      undo.splice(1).forEach((restore) => restore());
      expect((await read(service)).pieces.join('')).to.equal(ANSWER);
      expect(await endings()).to.deep.equal(['answered']);
    }

    for (const { fault, sent, kind, ended, isLimited } of ROWS) {
      const requests = sent > 1 ? 1 : ATTEMPTS;
      it(`is ${ended} ${requests === 1 ? 'once' : 'twice'}, and fails as ${kind}: ${nameOf(fault)}`, async () => {
        if (isLimited) undo.push(configure({ settings: { openai: LIMITS } }));
        upstream.server.always(fault);
        const service = new OneAtATime();
        const { pieces, error } = await read(service);
        expect(classify(error).kind).to.equal(kind);
        expect(pieces).to.deep.equal(PIECES.slice(0, Math.max(0, sent - 1)));
        expect(await endings()).to.deep.equal(Array(requests).fill(ended));
        expect(openaiCircuit.snapshot().failures).to.equal(kind === 'rate-limited' ? 0 : 1);
        await answersNext(service);
      });
    }

    for (const [fault, sent, ended] of MALFORMED) {
      it(`is not taken for whole when it ends too soon: ${nameOf(fault)}`, async () => {
        upstream.server.always(fault);
        const service = new OneAtATime();
        const { pieces, error } = await read(service);
        expect(classify(error).kind).to.equal('malformed');
        expect(pieces).to.deep.equal(PIECES.slice(0, Math.max(0, sent - 1)));
        expect(await endings()).to.deep.equal([ended]);
        await answersNext(service);
      });
    }

    it('is closed when its consumer leaves, and when he throws into it', async () => {
      for (const leave of [
        (stream: AsyncGenerator<string>) => stream.return(undefined),
        (stream: AsyncGenerator<string>) => stream.throw(new Error('x')).catch(() => undefined),
      ]) {
        upstream.server.reset();
        upstream.server.always({ type: 'stream-drip', everyMs: 30 });
        const service = new OneAtATime();
        const stream = service.read();
        expect((await stream.next()).value).to.equal(PIECES[0]);
        await leave(stream);
        expect(await endings()).to.deep.equal(['aborted']);
        expect(openaiCircuit.snapshot()).to.include({ state: 'closed', failures: 0 });
        await answersNext(service);
      }
    });

    it('sends nothing when it is never read', async () => {
      const service = new OneAtATime();
      service.read();
      await answersNext(service);
    });

    it('is closed by the limit of the whole call while its consumer does not read', async () => {
      class Hasty extends OneAtATime {
        @TimeLimited('150ms')
        override async *read(): AsyncGenerator<string> {
          yield* super.read(currentSignal());
        }
      }
      upstream.server.always({ type: 'stream-stall', afterChunks: 3 });
      const stream = new Hasty().read();
      await stream.next();
      await until(() => upstream.server.requests[0]?.outcome === 'aborted');
      const error = await stream.next().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TimeLimitError);
    });

    it('ends an answer that drips for longer than an attempt may, each attempt once', async () => {
      undo.push(configure({ settings: { openai: LIMITS } }));
      upstream.server.always({ type: 'body-drip', everyMs: 5 });
      const service = new OneAtATime();
      const error = await service.ask().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TimeLimitError).and.to.include({ limitMs: LIMIT_MS });
      expect(await endings()).to.deep.equal(Array(ATTEMPTS).fill('aborted'));
      upstream.server.reset();
      expect(await service.ask()).to.equal(ANSWER);
    });
  });
}
