import { expect } from 'chai';
import { ask, askStreamed, caught, chainOf, SDKS, useServer } from '../../support/sdks.js';

const CLASSES = [
  [400, 'BadRequestError'],
  [401, 'AuthenticationError'],
  [403, 'PermissionDeniedError'],
  [404, 'NotFoundError'],
  [408, 'APIError'],
  [409, 'ConflictError'],
  [413, 'APIError'],
  [418, 'APIError'],
  [422, 'UnprocessableEntityError'],
  [425, 'APIError'],
  [429, 'RateLimitError'],
  [500, 'InternalServerError'],
  [501, 'InternalServerError'],
  [503, 'InternalServerError'],
  [529, 'InternalServerError'],
] as const;

describe('an answer with an error status', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`seen by ${sdk.name}`, () => {
      for (const [status, name] of CLASSES) {
        it(`is ${name} for ${status}, with and without a stream`, async () => {
          use.server.always({ type: 'status', status });
          const client = sdk.client(use.server.baseUrl);
          for (const error of [await caught(ask(client)), await caught(askStreamed(client))]) {
            expect(error?.constructor.name).to.equal(name);
            expect(error).to.include({ name: 'Error', status });
            expect(error).to.have.property('type').that.is.a('string');
          }
          expect(use.server.count).to.equal(2);
        });
      }

      it('carries the message, code, type, param and headers that the fault gives', async () => {
        use.server.script({
          type: 'status',
          status: 500,
          message: 'secret-prompt sk-secret',
          code: 17,
          errorType: 'boom',
          param: 'messages',
          headers: { 'Retry-After': '7', 'x-should-retry': 'false', 'X-Request-ID': 'req_mine' },
        });
        const error = (await caught(ask(sdk.client(use.server.baseUrl)))) as { headers: Headers };
        expect(error).to.include({ code: 17, type: 'boom', param: 'messages', requestID: 'req_mine' });
        expect(error).to.have.property('message', '500 secret-prompt sk-secret');
        expect(error.headers.get('retry-after')).to.equal('7');
        expect(error.headers.get('x-should-retry')).to.equal('false');
      });

      it('can be a page of a proxy', async () => {
        const headers = { 'content-type': 'text/html' };
        use.server.script({ type: 'status', status: 502, headers, body: '<h1>Bad Gateway</h1>' });
        const error = await caught(ask(sdk.client(use.server.baseUrl)));
        expect(chainOf(error)).to.deep.equal(['InternalServerError']);
        expect(error).to.have.property('message', '502 <h1>Bad Gateway</h1>');
      });

      it('tells a rate limit with its hints', async () => {
        const headers = { 'x-ratelimit-reset-tokens': '6m0s' };
        use.server.script({ type: 'rate-limit', retryAfter: 3, retryAfterMs: 2500, headers }, 'rate-limit');
        const client = sdk.client(use.server.baseUrl);
        const hinted = (await caught(ask(client))) as { headers: Headers };
        expect(hinted).to.include({ status: 429, code: 'rate_limit_exceeded' });
        const hints = ['retry-after', 'retry-after-ms', 'x-ratelimit-reset-tokens'];
        expect(hints.map((name) => hinted.headers.get(name))).to.deep.equal(['3', '2500', '6m0s']);
        const bare = (await caught(ask(client))) as { headers: Headers };
        expect(hints.map((name) => bare.headers.get(name))).to.deep.equal([null, null, null]);
      });

      it('tells an account without money by type and code', async () => {
        use.server.script('quota', { type: 'quota', code: 'credit_balance_exhausted' });
        const client = sdk.client(use.server.baseUrl);
        const quota = { status: 429, type: 'insufficient_quota' };
        expect(await caught(ask(client))).to.include({ ...quota, code: 'insufficient_quota' });
        expect(await caught(ask(client))).to.include({ ...quota, code: 'credit_balance_exhausted' });
      });

      it("is asked for three times by the SDK's own retries", async () => {
        use.server.always({ type: 'status', status: 503, headers: { 'retry-after-ms': '1' } });
        await caught(ask(sdk.client(use.server.baseUrl, { maxRetries: 2 })));
        expect(use.server.count).to.equal(3);
      });

      it('is asked for once when x-should-retry says no', async () => {
        use.server.always({ type: 'status', status: 503, headers: { 'x-should-retry': 'false' } });
        await caught(ask(sdk.client(use.server.baseUrl, { maxRetries: 2 })));
        expect(use.server.count).to.equal(1);
      });
    });
  }
});
