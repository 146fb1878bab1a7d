import { expect } from 'chai';
import { rejectionOf } from '../support/upstream.js';
import { MAJORS, type Running, run } from './support/running.js';

const UNAVAILABLE = { type: 'status', status: 503 } as const;

for (const major of MAJORS) {
  for (const adapter of ['express', 'fastify'] as const) {
    describe(`An app of Nest ${major} on ${adapter}`, function () {
      this.timeout(30_000);
      let app: Running;

      before(async () => {
        app = await run(major, adapter);
      });
      beforeEach(() => app.script());
      after(async () => {
        expect(await app.close(), app.output()).to.equal(0);
      });

      async function get(path: string): Promise<{ status: number; retryAfter: string | null; body: unknown }> {
        const response = await fetch(`${app.url}/${path}`);
        return {
          status: response.status,
          retryAfter: response.headers.get('retry-after'),
          body: await response.json(),
        };
      }

      it('answers, and runs interceptors once per request, not per attempt', async () => {
        await app.script(UNAVAILABLE, 'reset');
        expect(await get('stock/a')).to.deep.include({ status: 200, body: { level: 'in stock', asked: 1 } });
        expect(await app.requests()).to.equal(3);
      });

      it('answers 503 with Retry-After for an open circuit, which instances of each request share', async () => {
        await app.script(UNAVAILABLE, UNAVAILABLE);
        const down = { status: 502, retryAfter: null, body: { error: 'Bad Gateway' } };
        expect(await get('prices/a')).to.deep.equal(down);
        expect(await get('prices/a')).to.deep.equal(down);
        const refused = await get('prices/a');
        expect(refused).to.deep.include({ status: 503 });
        expect(Number(refused.retryAfter)).to.be.within(30, 33);
        expect(refused.body).to.deep.equal({ error: 'Service Unavailable', retryAfter: Number(refused.retryAfter) });
        expect(await app.requests()).to.equal(2);
      });

      for (const path of ['above', 'below']) {
        it(`protects a handler that is decorated ${path} @Get()`, async () => {
          await app.script('hang-up');
          expect(await get(path)).to.deep.include({ status: 200, body: { level: 'in stock' } });
          expect(await app.requests()).to.equal(2);
        });
      }

      it('injects the handle of a circuit', async () => {
        expect((await get('circuit')).body).to.deep.equal({ name: 'stock', state: 'closed' });
        await get('isolate/on');
        expect((await get('circuit')).body).to.deep.equal({ name: 'stock', state: 'isolated' });
        expect(await get('stock/a')).to.deep.equal({
          status: 503,
          retryAfter: null,
          body: { error: 'Service Unavailable' },
        });
        await get('isolate/off');
      });

      it('answers for limits', async () => {
        expect(await get('limited')).to.deep.include({ status: 503, retryAfter: '5' });
        expect(await get('full')).to.deep.include({ status: 503, retryAfter: '1' });
        await app.script('stall');
        expect(await get('slow')).to.deep.equal({ status: 504, retryAfter: null, body: { error: 'Gateway Timeout' } });
      });

      it("never answers with the upstream's status", async () => {
        await app.script({ type: 'status', status: 401 });
        expect(await get('below')).to.deep.equal({
          status: 500,
          retryAfter: null,
          body: { error: 'Internal Server Error' },
        });
      });

      it("leaves Nest's own exceptions and bugs to Nest", async () => {
        expect(await get('forbidden')).to.deep.include({
          status: 403,
          body: { message: 'not yours', error: 'Forbidden', statusCode: 403 },
        });
        expect(await get('bug')).to.deep.include({
          status: 500,
          body: { statusCode: 500, message: 'Internal server error' },
        });
      });

      it('logs the bug alone, and nothing of the failures that were answered', () => {
        const errors = app
          .output()
          .split('\n')
          .filter((line) => line.includes('ERROR'));
        expect(errors).to.have.length(1);
        expect(errors[0]).to.include('secret of a bug');
      });
    });
  }
}

describe('An app of Nest whose settings are wrong', function () {
  this.timeout(30_000);

  it("does not start with strict: 'error', and says which one", async () => {
    const error = (await rejectionOf(run(12, 'express', { RETRY_MAX_ATTEMPTS: '0' }))) as Error;
    expect(error.message)
      .to.match(/^the app ended with 1/)
      .and.include('RETRY_MAX_ATTEMPTS');
  });
});
