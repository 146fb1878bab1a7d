import { expect } from 'chai';
import { classify } from '#lib/failures/classify.js';
import { RateLimitedError } from '#lib/index.js';

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
});
