import { expect } from 'chai';
import { clientRetries, retriesShownBy } from '#lib/failures/others-retries.js';
import { failed, ofClass } from './support.js';

const RETRY = { limit: 2, methods: ['get', 'put'], statusCodes: [408, 503] };
const ky = (status: number, method: string, retry: object = RETRY): Error =>
  failed({ name: 'HTTPError', response: { status }, request: { method }, options: { retry } });
const ofetch = (retry: number | false, frames: number): Error =>
  failed({
    name: 'FetchError',
    options: { retry },
    stack: `FetchError: x\n    at x (y:1:1)\n${'    at async $fetchRaw2 (z:1:1)\n'.repeat(frames)}    at async main (m:1:1)`,
  });

describe('An error', () => {
  for (const [client, error, attempts] of [
    ['the AI SDK', failed({ name: 'AI_RetryError', errors: [1, 2, 3] }), 3],
    ['ky', ky(503, 'GET'), 3],
    ['ofetch', ofetch(0, 1), 2],
    ['ofetch', ofetch(0, 3), 4],
    ['got', failed({ request: { retryCount: 2 } }), 3],
    ['axios-retry', failed({ config: { 'axios-retry': { retryCount: 3 } } }), 4],
    ['gaxios', failed({ config: { retryConfig: { currentRetryAttempt: 3 } } }), 4],
    [
      'stripe',
      failed(
        { type: 'StripeConnectionError' },
        'An error occurred with our connection to Stripe. Request was retried 2 times.',
      ),
      3,
    ],
    ['the AWS SDK', failed({ $metadata: { attempts: 3 } }), 3],
    ['octokit', failed({ request: { request: { retryCount: 3 } } }), 4],
    ['the Elasticsearch client', failed({ meta: { meta: { attempts: 3 } } }), 4],
    ['p-retry, or a client that uses it (LangChain does)', failed({ attemptNumber: 7, retriesLeft: 0 }), 7],
  ] as const) {
    it(`shows that ${client} made ${attempts} attempts`, () => {
      const shown = retriesShownBy(error);
      expect(shown).to.include({ name: client, attempts });
      expect(shown?.instead).to.match(/\S/);
      expect(retriesShownBy(new Error('outer', { cause: error }))).to.include({ name: client, attempts });
    });
  }

  for (const [what, error] of [
    ['ky, which does not repeat a POST', ky(503, 'POST')],
    ['ky, which does not repeat a 404', ky(404, 'GET')],
    ['ky without retries', ky(503, 'GET', { ...RETRY, limit: 0 })],
    ['ofetch with retries switched off by 0', ofetch(0, 0)],
    ['ofetch with retries switched off', ofetch(false, 0)],
    ['got at the first attempt', failed({ request: { retryCount: 0 } })],
    ['axios-retry at the first attempt', failed({ config: { 'axios-retry': { retries: 3, retryCount: 0 } } })],
    ['the AWS SDK at the first attempt', failed({ $metadata: { attempts: 1 } })],
    [
      'stripe at the first attempt',
      failed({ type: 'StripeConnectionError' }, 'An error occurred with our connection to Stripe.'),
    ],
    ["a message like stripe's", failed({}, 'x Request was retried 2 times.')],
    ['an attempt without retries', failed({ attemptNumber: 7 })],
    ['a count beyond all', failed({ request: { retryCount: 1e9 } })],
    ['a count that is no number', failed({ request: { retryCount: '2' } })],
    ['an error of anyone', new Error('x')],
    ['a text', 'x'],
    ['nothing', undefined],
  ] as const) {
    it(`shows nothing of retries: ${what}`, () => {
      expect(retriesShownBy(error)).to.equal(undefined);
    });
  }

  it('is remembered by its kind of client, not by itself', () => {
    const [one, two] = [retriesShownBy(ky(503, 'GET')), retriesShownBy(ky(408, 'PUT'))];
    expect(one?.identity).to.equal(two?.identity);
    expect(one?.identity).not.to.equal(retriesShownBy(ofetch(0, 1))?.identity);
  });

  it('may throw at everything', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(retriesShownBy(proxy)).to.equal(undefined);
    expect(retriesShownBy(failed({ request: proxy, config: proxy, options: proxy, meta: proxy }))).to.equal(undefined);
  });
});

describe('A client', () => {
  for (const [what, client, attempts] of [
    ['stripe', ofClass('Stripe', { _api: { maxNetworkRetries: 2 } }), 3],
    ['a model of LangChain', { caller: { maxRetries: 6, call: () => undefined } }, 7],
    [
      'got',
      Object.assign(() => undefined, { extend: () => undefined, defaults: { options: { retry: { limit: 2 } } } }),
      3,
    ],
    ['octokit with its plugin', { retry: { retryRequest: () => undefined } }, 4],
  ] as const) {
    it(`repeats by itself: ${what}`, () => {
      expect(clientRetries(client)).to.deep.include({ identity: client, attempts });
    });
  }

  for (const [what, value] of [
    ['stripe without retries', { _api: { maxNetworkRetries: 0 } }],
    ['a caller that does not call', { caller: { maxRetries: 6 } }],
    ['options of got', { defaults: { options: { retry: { limit: 2 } } } }],
    ['options named retry', { retry: { limit: 3 } }],
    ['a text', 'x'],
    ['nothing', undefined],
  ] as const) {
    it(`does not repeat by itself: ${what}`, () => {
      expect(clientRetries(value)).to.equal(undefined);
    });
  }
});
