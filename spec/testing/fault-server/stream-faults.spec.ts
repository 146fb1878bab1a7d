import { expect } from 'chai';
import {
  askStreamed,
  CUT,
  chainOf,
  collect,
  IMPATIENT,
  NOTICES_CUT,
  namesOf,
  SDKS,
  send,
  settlesWithin,
  TIMEOUT_MS,
  useServer,
  WORDS,
} from '../../support/sdks.js';

describe('a stream that goes wrong', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`seen by ${sdk.name}`, () => {
      const streamWith = async (...faults: Parameters<typeof use.server.script>) => {
        use.server.script(...faults);
        return collect(await askStreamed(sdk.client(use.server.baseUrl)));
      };

      for (const afterChunks of [0, 1, 4]) {
        it(`is a bare TypeError when it is reset after ${afterChunks} chunks`, async () => {
          const { words, error } = await streamWith({ type: 'stream-cut', afterChunks });
          expect(words).to.deep.equal(WORDS.slice(0, afterChunks));
          expect(chainOf(error)).to.deep.equal(['TypeError', 'Error ECONNRESET']);
        });
      }

      it('is a bare TypeError when it is closed', async () => {
        const { words, error } = await streamWith({ type: 'stream-cut', by: 'fin' });
        expect(words).to.deep.equal(WORDS.slice(0, 2));
        expect(chainOf(error)).to.deep.equal(['TypeError', 'SocketError UND_ERR_SOCKET']);
      });

      it('never sends the finish reason before it is cut, however late', async () => {
        const { words, finish, error } = await streamWith({ type: 'stream-cut', afterChunks: 1000 });
        expect(words).to.deep.equal(WORDS);
        expect(finish).to.equal(undefined);
        expect(chainOf(error)).to.deep.equal(['TypeError', 'Error ECONNRESET']);
      });

      for (const by of ['reset', 'fin'] as const) {
        for (const rest of [{ framing: 'close' }, { framing: 'chunked', keepAlive: false }] as const) {
          const isNoticed = NOTICES_CUT && rest.framing === 'chunked';
          it(`ends ${isNoticed ? 'with' : 'without'} an error when ${JSON.stringify(rest)} is cut by ${by}`, async () => {
            const { words, finish, error } = await streamWith({ type: 'stream-cut', by, ...rest });
            expect(error && namesOf(error)).to.deep.equal(isNoticed ? CUT : undefined);
            expect(words).to.deep.equal(WORDS.slice(0, 2));
            expect(finish).to.equal(undefined);
          });
        }
      }

      it('is an APIError without a status when an error event comes', async () => {
        const rest = { message: 'slow down', code: 'slow_down', errorType: 'rate_limit' } as const;
        const { words, error } = await streamWith({ type: 'stream-error', afterChunks: 3, ...rest });
        expect(words).to.deep.equal(WORDS.slice(0, 3));
        expect(error?.constructor.name).to.equal('APIError');
        expect(error).to.include({ status: undefined, code: 'slow_down', type: 'rate_limit', message: 'slow down' });
      });

      it(`${sdk.version === 6 ? 'yields' : 'throws'} an error event that is flat`, async () => {
        const { chunks, error } = await streamWith({ type: 'stream-error', shape: 'flat', code: 'slow_down' });
        if (sdk.version === 6) {
          expect(error).to.equal(undefined);
          expect(chunks.at(-1)).to.include({ code: 'slow_down', type: 'server_error' });
        } else {
          expect(error?.constructor.name).to.equal('APIError');
          expect(error).to.include({ status: undefined, code: 'slow_down' });
        }
        expect(chunks).to.have.lengthOf(sdk.version === 6 ? 3 : 2);
      });

      for (const [fault, before] of [
        ['stream-stall', 2],
        [{ type: 'stream-stall', afterChunks: 0 }, 0],
        ['stream-comments', 0],
        [{ type: 'stream-comments', afterChunks: 3, everyMs: 10 }, 3],
      ] as const) {
        it(`hangs on ${JSON.stringify(fault)} and ends without an error when aborted`, async () => {
          use.server.script(fault);
          const stream = await askStreamed(sdk.client(use.server.baseUrl, IMPATIENT));
          const collected = collect(stream);
          expect(await settlesWithin(2.5 * TIMEOUT_MS, collected)).to.equal(false);
          stream.controller.abort();
          const { words, error } = await collected;
          expect(error).to.equal(undefined);
          expect(words).to.deep.equal(WORDS.slice(0, before));
          await use.server.settled();
          expect(use.server.requests[0]?.outcome).to.equal('aborted');
        });
      }

      for (const done of [false, true]) {
        it(`ends without an error but without a finish reason, ${done ? 'even with' : 'without'} [DONE]`, async () => {
          const { words, finish, error } = await streamWith({ type: 'stream-unfinished', done });
          expect(error).to.equal(undefined);
          expect(words).to.deep.equal(WORDS);
          expect(finish).to.equal(undefined);
        });
      }

      for (const fault of ['html', 'empty', 'error-body'] as const) {
        it(`ends without an error or a chunk when it is ${fault}`, async () => {
          expect(await streamWith(fault)).to.deep.equal({ words: [], chunks: [], finish: undefined, error: undefined });
        });
      }

      it('is a SyntaxError when an event is malformed', async () => {
        const { words, error } = await streamWith('malformed-json');
        expect(words).to.deep.equal(['']);
        expect(chainOf(error)).to.deep.equal(['SyntaxError']);
      });

      it('takes its time and ends well when it drips', async () => {
        const began = Date.now();
        const { words, finish, error } = await streamWith({ type: 'stream-drip', everyMs: 20 });
        expect(Date.now() - began).to.be.greaterThan(9 * 20 - 10);
        expect(error).to.equal(undefined);
        expect([words, finish]).to.deep.equal([WORDS, 'stop']);
      });
    });
  }

  it('sends [DONE] without a finish reason only when told to', async () => {
    const body = '{"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]}';
    use.server.script({ type: 'stream-unfinished', done: true }, 'stream-unfinished');
    const texts = [
      await send(use.server, '/chat/completions', { body }),
      await send(use.server, '/chat/completions', { body }),
    ];
    const [told, untold] = await Promise.all(texts.map((answer) => answer.text()));
    expect(told).to.match(/data: \[DONE\]\n\n$/);
    expect(untold).to.not.include('[DONE]');
    expect(`${told}${untold}`).to.not.include('"stop"');
  });
});
