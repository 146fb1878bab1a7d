import { expect } from 'chai';
import {
  ANSWER,
  ask,
  CUT,
  caught,
  chainOf,
  IMPATIENT,
  NOTICES_CUT,
  namesOf,
  SDKS,
  settlesWithin,
  TIMEOUT_MS,
  useServer,
} from '../../support/sdks.js';

describe('an answer whose body goes wrong', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`seen by ${sdk.name}`, () => {
      const failWith = async (...faults: Parameters<typeof use.server.script>): Promise<unknown> => {
        use.server.script(...faults);
        return caught(ask(sdk.client(use.server.baseUrl)));
      };

      for (const framing of ['content-length', 'chunked'] as const) {
        it(`is a bare TypeError when the connection is reset within a body of ${framing}`, async () => {
          const error = await failWith({ type: 'body-cut', framing });
          expect(chainOf(error)).to.deep.equal(['TypeError', 'Error ECONNRESET']);
          expect(error).to.have.property('message', 'terminated');
        });

        it(`is a bare TypeError when the connection is closed within a body of ${framing}`, async () => {
          const error = await failWith({ type: 'body-cut', by: 'fin', framing });
          expect(chainOf(error)).to.deep.equal(['TypeError', 'SocketError UND_ERR_SOCKET']);
          expect(error).to.have.property('message', 'terminated');
        });
      }

      for (const by of ['fin', 'reset'] as const) {
        it(`is a SyntaxError when a body that ends with the connection is cut by ${by}`, async () => {
          const error = await failWith({ type: 'body-cut', by, framing: 'close' });
          expect(chainOf(error)).to.deep.equal(['SyntaxError']);
        });

        it(`is ${NOTICES_CUT ? 'a bare TypeError' : 'a SyntaxError'} when a chunked body without keep-alive is cut by ${by}`, async () => {
          const error = await failWith({ type: 'body-cut', by, framing: 'chunked', keepAlive: false });
          expect(namesOf(error)).to.deep.equal(NOTICES_CUT ? CUT : ['SyntaxError']);
        });
      }

      it('names a length mismatch when a body of known length without keep-alive is closed', async () => {
        const error = await failWith({ type: 'body-cut', by: 'fin', keepAlive: false });
        expect(chainOf(error)).to.deep.equal([
          'TypeError',
          'ResponseContentLengthMismatchError UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
        ]);
      });

      it('can be cut before its first byte, and never after its last', async () => {
        for (const afterBytes of [0, 1e9]) {
          const error = await failWith({ type: 'body-cut', afterBytes });
          expect(chainOf(error)).to.deep.equal(['TypeError', 'Error ECONNRESET']);
        }
      });

      for (const fault of ['body-stall', { type: 'body-drip', everyMs: 20 }] as const) {
        const name = typeof fault === 'string' ? fault : fault.type;
        if (sdk.version === 7) {
          it(`is a timeout when there is a ${name}`, async () => {
            use.server.script(fault);
            const error = await caught(ask(sdk.client(use.server.baseUrl, IMPATIENT)));
            expect(chainOf(error)).to.deep.equal(['APIConnectionTimeoutError']);
          });
        } else {
          it(`outlives the SDK's timeout when there is a ${name}, and aborts as a bare AbortError`, async () => {
            use.server.script(fault);
            const controller = new AbortController();
            const failing = caught(ask(sdk.client(use.server.baseUrl, IMPATIENT), { signal: controller.signal }));
            expect(await settlesWithin(2.5 * TIMEOUT_MS, failing)).to.equal(false);
            controller.abort();
            expect(await failing).to.have.property('name', 'AbortError');
            expect(chainOf(await failing)).to.deep.equal(['DOMException']);
          });
        }
      }

      it('arrives whole in the end when it drips', async () => {
        use.server.script({ type: 'body-drip', everyMs: 0 });
        const completion = await ask(sdk.client(use.server.baseUrl));
        expect(completion.choices[0]?.message.content).to.equal(ANSWER);
      });

      it("outlives the SDK's timeout when it is an error's, and then throws the status even for an abort", async () => {
        use.server.script({ type: 'body-stall', status: 503 });
        const controller = new AbortController();
        const failing = caught(ask(sdk.client(use.server.baseUrl, IMPATIENT), { signal: controller.signal }));
        expect(await settlesWithin(2.5 * TIMEOUT_MS, failing)).to.equal(false);
        controller.abort();
        expect(chainOf(await failing)).to.deep.equal(['InternalServerError']);
        expect(await failing).to.have.property('status', 503);
      });

      it('is a SyntaxError that quotes the body when it is malformed JSON', async () => {
        const error = await failWith({ type: 'malformed-json', text: '{"answer": secret}' });
        expect(chainOf(error)).to.deep.equal(['SyntaxError']);
        expect(error).to.have.property('message').that.includes('secret');
      });

      it('is malformed just behind the answer unless a text is given', async () => {
        const error = await failWith('malformed-json');
        expect(chainOf(error)).to.deep.equal(['SyntaxError']);
        expect(error).to.have.property('message').that.includes('None');
      });

      it('resolves with a string when it is a web page', async () => {
        use.server.script('html', { type: 'html', text: '<p>busy</p>' });
        const client = sdk.client(use.server.baseUrl);
        expect(await ask(client))
          .to.be.a('string')
          .that.includes('<html>');
        expect(await ask(client)).to.equal('<p>busy</p>');
      });

      it('resolves with undefined when it is empty', async () => {
        use.server.script('empty');
        expect(await ask(sdk.client(use.server.baseUrl))).to.equal(undefined);
      });

      it('resolves with the error object when 200 carries one', async () => {
        use.server.script({ type: 'error-body', message: 'all busy', code: 'busy', errorType: 'overloaded' });
        expect(await ask(sdk.client(use.server.baseUrl))).to.deep.equal({
          error: { message: 'all busy', type: 'overloaded', param: null, code: 'busy' },
        });
      });
    });
  }
});
