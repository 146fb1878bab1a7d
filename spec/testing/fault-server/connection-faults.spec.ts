import { expect } from 'chai';
import { ask, askStreamed, caught, chainOf, IMPATIENT, SDKS, TIMEOUT_MS, useServer } from '../../support/sdks.js';

describe('a connection that fails', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`seen by ${sdk.name}`, () => {
      it('is ECONNRESET when it is reset before the headers', async () => {
        use.server.script('reset');
        const error = await caught(ask(sdk.client(use.server.baseUrl)));
        expect(chainOf(error)).to.deep.equal(['APIConnectionError', 'TypeError', 'Error ECONNRESET']);
      });

      it('is UND_ERR_SOCKET when it is closed before the headers', async () => {
        use.server.script('hang-up');
        const error = await caught(ask(sdk.client(use.server.baseUrl)));
        expect(chainOf(error)).to.deep.equal(['APIConnectionError', 'TypeError', 'SocketError UND_ERR_SOCKET']);
      });

      it('is a parser error when the other side does not speak HTTP', async () => {
        use.server.script('not-http');
        const [first, second, third] = chainOf(await caught(ask(sdk.client(use.server.baseUrl))));
        expect([first, second]).to.deep.equal(['APIConnectionError', 'TypeError']);
        // Node 24 gives the parser's errors no code any more.
        expect(third).to.match(/^HTTPParserError( HPE_INVALID_CONSTANT)?$/);
      });

      it('is a timeout when no headers come in time', async () => {
        use.server.script('stall');
        const began = Date.now();
        const error = await caught(ask(sdk.client(use.server.baseUrl, IMPATIENT)));
        expect(Date.now() - began).to.be.at.least(TIMEOUT_MS - 5);
        expect(chainOf(error)).to.deep.equal(
          sdk.version === 6 ? ['APIConnectionTimeoutError'] : ['APIConnectionTimeoutError', 'DOMException'],
        );
      });

      it('fails the same way for a request that asks for a stream', async () => {
        use.server.script('reset', 'stall');
        const client = sdk.client(use.server.baseUrl, IMPATIENT);
        expect(chainOf(await caught(askStreamed(client)))[0]).to.equal('APIConnectionError');
        expect(chainOf(await caught(askStreamed(client)))[0]).to.equal('APIConnectionTimeoutError');
      });

      it('is refused at once, in spite of connections kept alive, and accepted again on the same port', async () => {
        const { server } = use;
        const client = sdk.client(server.baseUrl);
        for (let round = 0; round < 5; round++) {
          await Promise.all([ask(client), ask(client), ask(client)]);
          expect(server.open).to.be.greaterThan(0);
          await server.refuse();
          expect(server.open).to.equal(0);
          for (let call = 0; call < 3; call++) {
            const chain = chainOf(await caught(ask(client)));
            expect(chain).to.deep.equal(['APIConnectionError', 'TypeError', 'Error ECONNREFUSED']);
          }
          await server.accept();
        }
        expect((await ask(client)).choices).to.have.lengthOf(1);
        expect(server.count).to.equal(16);
      });

      it('is ended by a refusal even when its answer is on the way', async () => {
        use.server.script('stall');
        const failing = caught(ask(sdk.client(use.server.baseUrl)));
        await use.server.received(1);
        await use.server.refuse();
        expect(chainOf(await failing).slice(0, 2)).to.deep.equal(['APIConnectionError', 'TypeError']);
        expect(use.server.requests[0]?.outcome).to.equal('broken');
        await use.server.accept();
      });
    });
  }
});
