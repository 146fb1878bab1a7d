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
    };
    expect(hintOf(headers)).to.equal(5000);
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
  });
});
