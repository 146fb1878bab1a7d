import { expect } from 'chai';
import { configure, RateLimitedError, RespectRateLimit } from '#lib/index.js';
import type { Fault } from '#lib/testing/index.js';
import { ask, SDKS, useServer } from '../../support/sdks.js';
import { rejectionOf } from '../../support/upstream.js';

/** Each way in which an upstream says how long, and milliseconds that have to go by between the two requests. */
const HINTS: [what: string, fault: Fault, ms: number][] = [
  ['retry-after-ms', { type: 'rate-limit', retryAfterMs: 120 }, 120],
  ['retry-after in seconds', { type: 'rate-limit', retryAfter: 0.15 }, 150],
  ['retry-after-ms before retry-after', { type: 'rate-limit', retryAfterMs: 100, retryAfter: 60 }, 100],
  [
    'the largest x-ratelimit-reset-* that is spent',
    {
      type: 'rate-limit',
      headers: {
        ...{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '110ms' },
        ...{ 'x-ratelimit-remaining-tokens': '7', 'x-ratelimit-reset-tokens': '6m0s' },
      },
    },
    110,
  ],
  ['nothing but 0', { type: 'rate-limit', retryAfter: 0 }, 50],
];

for (const sdk of SDKS) {
  describe(`A rate limit of ${sdk.name}`, () => {
    const use = useServer();
    let restore = (): void => {};
    before(() => {
      restore = configure({ settings: { log: { level: 'silent' }, rateLimit: { minWait: '50ms' } } });
    });
    after(() => restore());

    const guarded = () => {
      const client = sdk.client(use.server.baseUrl);
      return RespectRateLimit()(async function asking() {
        return ask(client);
      });
    };

    for (const [what, fault, ms] of HINTS) {
      it(`is waited for as ${what} says, by everybody`, async () => {
        use.server.script(fault);
        const asking = guarded();
        const since = Date.now();
        const first = asking();
        await use.server.received(1);
        await use.server.settled();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await Promise.all([first, asking(), asking()]);
        expect(Date.now() - since).to.be.at.least(ms);
        expect(use.server.count).to.equal(4);
      });
    }

    it('that lasts too long sends nothing more', async () => {
      use.server.script({ type: 'rate-limit', retryAfter: 60 });
      const asking = guarded();
      const error = (await rejectionOf(asking())) as RateLimitedError;
      expect(error).to.be.instanceOf(RateLimitedError).and.to.have.property('retryAfterMs', 60_000);
      expect(error.cause).to.have.property('status', 429);
      expect(await rejectionOf(asking())).to.be.instanceOf(RateLimitedError);
      expect(use.server.count).to.equal(1);
    });

    it('is not waited for where it is a spent quota', async () => {
      use.server.script('quota');
      expect(await rejectionOf(guarded()())).to.have.property('code', 'insufficient_quota');
      expect(use.server.count).to.equal(1);
    });
  });
}
