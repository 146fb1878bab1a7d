import { expect } from 'chai';
import { classify } from '#lib/failures/classify.js';
import { RateLimitedError } from '#lib/index.js';
import { metadata } from './support.js';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const hintOf = (headers: unknown, status = 429): number | undefined =>
  classify(Object.assign(new Error('x'), { status, headers }), NOW).retryAfterMs;

describe('The hint of an upstream', () => {
  for (const [what, headers, expected] of [
    ['retry-after-ms', { 'retry-after-ms': '12.5' }, 12.5],
    ['retry-after-ms before retry-after', { 'retry-after-ms': '1', 'retry-after': '60' }, 1],
    ['retry-after in seconds', { 'retry-after': '7' }, 7000],
    ['retry-after in parts of a second', { 'retry-after': '0.25' }, 250],
    ['retry-after of nought', { 'retry-after': '0' }, 0],
    ['headers in any case', { 'Retry-After': '1' }, 1000],
    ['a date', { 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' }, 30_000],
    ['a date that has passed', { 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, 0],
    [
      "a date by the upstream's own clock",
      { 'retry-after': 'Mon, 23 Nov 2026 13:00:30 GMT', date: 'Mon, 23 Nov 2026 13:00:00 GMT' },
      30_000,
    ],
    ['a hint beyond all bounds', { 'retry-after': '9'.repeat(400) }, Number.MAX_SAFE_INTEGER],
    [
      'a limit that is used up',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' },
      360_000,
    ],
    ['milliseconds of a Go duration', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '12ms' }, 12],
    [
      'a Go duration of several parts',
      { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1h2m3.5s' },
      3_723_500,
    ],
    ['parts of a millisecond', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '500µs' }, 0.5],
    ['parts of a second in a Go duration', { 'x-ratelimit-remaining-a': '0', 'x-ratelimit-reset-a': '1.25s' }, 1250],
    [
      'a limit whose texts have spaces around them',
      { 'x-ratelimit-remaining-a': ' 0 ', 'x-ratelimit-reset-a': ' 2s ' },
      2000,
    ],
    ['seconds with spaces around them', { 'retry-after': ' 7 ' }, 7000],
    ['a limit that is used up and already back', { 'x-ratelimit-remaining-a': '0', 'x-ratelimit-reset-a': '0s' }, 0],
    ['a Headers object', new Headers({ 'retry-after': '3' }), 3000],
    ['a Map', new Map([['retry-after', '3']]), 3000],
  ] as const) {
    it(`is read from ${what}`, () => {
      expect(hintOf(headers)).to.equal(expected);
    });
  }

  it('is the largest of the limits that are used up', () => {
    const headers = {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '2s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '5s',
      'x-ratelimit-remaining-images': '9',
      'x-ratelimit-reset-images': '60s',
      'x-ratelimit-remaining-files': '0',
      'x-ratelimit-reset-files': '3s',
      'x-ratelimit-reset-unknown': '70s',
    };
    expect(hintOf(headers)).to.equal(5000);
  });

  it('leaves out limits whose duration cannot be read', () => {
    const used = { 'x-ratelimit-remaining-a': '0', 'x-ratelimit-remaining-b': '0', 'x-ratelimit-remaining-c': '0' };
    expect(
      hintOf({ ...used, 'x-ratelimit-reset-a': 'soon', 'x-ratelimit-reset-b': '2s', 'x-ratelimit-reset-c': 'later' }),
    ).to.equal(2000);
  });

  it('does not come from headers that only look like limits', () => {
    expect(hintOf({ 'my-x-ratelimit-remaining-a': '0', 'my-x-ratelimit-reset-a': '2s' })).to.equal(undefined);
  });

  it('comes from the headers of a response, where the error has none', () => {
    const response = { status: 429, headers: { 'retry-after': '3' } };
    expect(classify(Object.assign(new Error('x'), { response }), NOW).retryAfterMs).to.equal(3000);
  });

  it('comes from Retry-After before the limits', () => {
    expect(
      hintOf({ 'retry-after': '1', 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' }),
    ).to.equal(1000);
  });

  it('does not come from the limits for other failures than rate limits', () => {
    expect(hintOf({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' }, 503)).to.equal(
      undefined,
    );
    expect(hintOf({ 'retry-after': '2' }, 503)).to.equal(2000);
  });

  for (const value of ['', 'soon', '-1', '1e3', 'Infinity', 'NaN', '1s', '0x10']) {
    it(`is none where ${JSON.stringify(value)} stands`, () => {
      const headers = {
        'retry-after': value,
        'retry-after-ms': value,
        'x-ratelimit-remaining-a': '0',
        'x-ratelimit-reset-a': `${value}?`,
      };
      expect(hintOf(headers)).to.equal(undefined);
    });
  }

  it('is found on a wrapped error, and on an error of our own', () => {
    const inner = Object.assign(new Error('x'), { status: 503, headers: { 'retry-after': '4' } });
    expect(classify(new Error('outer', { cause: inner }), NOW).retryAfterMs).to.equal(4000);
    expect(classify(new RateLimitedError(1234), NOW)).to.include({ kind: 'rate-limited', retryAfterMs: 1234 });
    expect(classify(new RateLimitedError(0), NOW)).to.include({ kind: 'rate-limited', retryAfterMs: 0 });
  });

  it('comes from the headers where an error has one that is no wait', () => {
    for (const retryAfterMs of [-1, Number.NaN, '5'])
      expect(classify({ status: 429, retryAfterMs, headers: { 'retry-after': '2' } }, NOW).retryAfterMs).to.equal(2000);
  });

  describe('in another dialect', () => {
    const EPOCH = NOW / 1000 + 9;
    const used = { 'x-ratelimit-remaining': '0' };
    for (const [what, headers, expected] of [
      ['x-ms-retry-after-ms', { 'x-ms-retry-after-ms': '250' }, 250],
      ['x-amz-retry-after', { 'x-amz-retry-after': '250' }, 250],
      ['a number', { 'retry-after': 9 }, 9000],
      ['the larger of several, as an array', { 'retry-after': ['9', '4'] }, 9000],
      ['the larger of several, joined', { 'retry-after': '4, 9' }, 9000],
      ['a moment in seconds', { ...used, 'x-ratelimit-reset': String(EPOCH) }, 9000],
      ['a moment in milliseconds', { ...used, 'x-ratelimit-reset': String(EPOCH * 1000) }, 9000],
      ['a moment that has passed', { ...used, 'x-ratelimit-reset': String(EPOCH - 60) }, 0],
      ['seconds', { ...used, 'x-ratelimit-reset': '9' }, 9000],
      ['a moment without a count', { 'x-rate-limit-reset': String(EPOCH) }, 9000],
      ['seconds beside a moment', { ...used, 'x-ratelimit-reset': '1', 'x-ratelimit-reset-after': '9.5' }, 9500],
      ['bare seconds of one limit', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '9.0' }, 9000],
      [
        "Anthropic's date",
        { 'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-11-23T12:00:09Z' },
        9000,
      ],
      ['the draft of the IETF', { ratelimit: '"burst";r=0;t=9, "day";r=5;t=99' }, 9000],
      ['its older form', { ratelimit: 'limit=10, remaining=0, reset=9' }, 9000],
      ['its oldest form', { 'ratelimit-remaining': '0', 'ratelimit-reset': '9' }, 9000],
    ] as const) {
      it(`is read from ${what}`, () => {
        expect(hintOf(headers)).to.equal(expected);
      });
    }

    for (const [what, headers] of [
      ['a limit that is not used up', { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '9' }],
      ['a draft whose limit is not used up', { ratelimit: '"burst";r=5;t=9' }],
      [
        'a date that is none',
        { 'anthropic-ratelimit-a-remaining': '0', 'anthropic-ratelimit-a-reset': '2026-99-99T99:99:99Z' },
      ],
      ['several of which one is no number', { 'retry-after': '4, soon' }],
    ] as const) {
      it(`is not read from ${what}`, () => {
        expect(hintOf(headers)).to.equal(undefined);
      });
    }
  });

  describe('is found wherever a client keeps the headers', () => {
    const headers = { 'Retry-After': '9' };
    class Iterable9 {
      *[Symbol.iterator]() {
        yield ['retry-after', '9'];
      }
    }
    class Named9 {
      *[Symbol.iterator]() {
        yield { name: 'retry-after', value: '9' };
      }
    }
    for (const [what, properties] of [
      ['responseHeaders', { responseHeaders: headers }],
      ['rawResponse', { rawResponse: { headers } }],
      ['$response', { $response: { headers } }],
      ['httpResponse', { httpResponse: { headers } }],
      ['meta', { meta: { headers } }],
      ['the response of a Boom', { data: { res: { headers } } }],
      ['entries', { headers: [['retry-after', '9']] }],
      ['names and values in turn', { headers: ['content-type', 'text/html', 'retry-after', '9'] }],
      ['an iterable', { headers: new Iterable9() }],
      ['an iterable of objects', { headers: new Named9() }],
      [
        'nothing but a getter',
        { headers: Object.create({ get: (name: string) => new Map([['retry-after', '9']]).get(name) }) },
      ],
      ['the last of several hosts', { stackTrace: [{}, { response: { headers } }] }],
    ] as const) {
      it(`as ${what}`, () => {
        expect(classify({ status: 429, ...properties }, NOW).retryAfterMs).to.equal(9000);
      });
    }
  });

  describe('comes from elsewhere', () => {
    const details = (url: string, delay: number[]): Buffer => {
      const info = [0x0a, delay.length, ...delay];
      const any = [0x0a, url.length, ...Buffer.from(url), 0x12, info.length, ...info];
      // Code 8, the message "m", one detail.
      return Buffer.from([0x08, 8, 0x12, 1, 0x6d, 0x1a, any.length, ...any]);
    };
    const grpc = (entries: Readonly<Record<string, unknown>>, more: object = {}): number | undefined =>
      classify({ code: 8, details: 'x', metadata: metadata(entries), ...more }, NOW).retryAfterMs;
    // 7 s and 500 000 000 ns.
    const DELAY = [0x08, 7, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01];

    it('the metadata of gRPC', () => {
      expect(grpc({ 'retry-after': '9' })).to.equal(9000);
      expect(grpc({ 'grpc-retry-pushback-ms': '250' })).to.equal(250);
      expect(grpc({ 'grpc-retry-pushback-ms': '-1' })).to.equal(undefined);
      expect(grpc({})).to.equal(undefined);
    });

    it('the details of gRPC, in protobuf or decoded', () => {
      const url = 'type.googleapis.com/google.rpc.RetryInfo';
      expect(grpc({ 'grpc-status-details-bin': details(url, DELAY) })).to.equal(7500);
      expect(grpc({ 'grpc-status-details-bin': details(url, DELAY).toString('base64') })).to.equal(7500);
      expect(grpc({}, { statusDetails: [{}, { retryDelay: { seconds: '7', nanos: 500_000_000 } }] })).to.equal(7500);
    });

    it('no other details, and none that are cut or too long', () => {
      const url = 'type.googleapis.com/google.rpc.RetryInfo';
      expect(grpc({ 'grpc-status-details-bin': details('type.googleapis.com/google.rpc.Help', DELAY) })).to.equal(
        undefined,
      );
      for (let end = 0; end < 40; end++)
        expect(grpc({ 'grpc-status-details-bin': details(url, DELAY).subarray(0, end) })).to.equal(undefined);
      expect(grpc({ 'grpc-status-details-bin': Buffer.alloc(4096, details(url, DELAY)) })).to.equal(undefined);
      expect(grpc({ 'grpc-status-details-bin': Buffer.alloc(40, 0xff) })).to.equal(undefined);
    });

    it("Slack's seconds, AWS's seconds, and Google's words", () => {
      expect(classify({ code: 'slack_webapi_rate_limited_error', retryAfter: 9 }, NOW).retryAfterMs).to.equal(9000);
      const aws = { name: 'TooManyRequestsException', $metadata: {}, retryAfterSeconds: '9' };
      expect(classify(aws, NOW).retryAfterMs).to.equal(9000);
      const google = { error: { code: 429, details: [{ retryDelay: '9s' }] } };
      expect(classify({ status: 429, ...google }, NOW).retryAfterMs).to.equal(9000);
      expect(classify(Object.assign(new Error(JSON.stringify(google)), { status: 429 }), NOW).retryAfterMs).to.equal(
        9000,
      );
      expect(classify({ status: 429, data: { retry_after: 9.5 } }, NOW).retryAfterMs).to.equal(9500);
    });

    it('no body of another failure', () => {
      const google = { error: { details: [{ retryDelay: '9s' }] } };
      expect(classify(google, NOW).retryAfterMs).to.equal(undefined);
      expect(classify({ status: 400, ...google }, NOW).retryAfterMs).to.equal(undefined);
    });

    it('the headers, if a client that read them by its own clock says less', () => {
      expect(classify({ status: 429, retryAfterMs: 0, headers: { 'retry-after': '9' } }, NOW).retryAfterMs).to.equal(
        9000,
      );
      expect(classify({ status: 429, retryAfterMs: Number.POSITIVE_INFINITY }, NOW)).not.to.have.property(
        'retryAfterMs',
      );
    });
  });
});
