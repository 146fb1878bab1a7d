import { expect } from 'chai';
import fc from 'fast-check';
import { discard } from '#lib/failures/discard.js';
import { onceIn } from '#lib/failures/once.js';
import { clientRetries, retriesShownBy } from '#lib/failures/others-retries.js';
import { failureUnknown } from '#lib/failures/unknown.js';
import { classify } from '#lib/index.js';
import { quickest } from '../support/quickest.js';

const KINDS = [
  'cancelled',
  'timeout',
  'network',
  'server',
  'rate-limited',
  'quota',
  'rejected',
  'malformed',
  'misconfigured',
  'circuit-open',
  'concurrency-limit',
  'unknown',
];

/** Everything that is read of an error, so that anything may stand in these places. */
const PLACES = [
  'name',
  'message',
  'status',
  'statusCode',
  'code',
  'type',
  'headers',
  'response',
  'cause',
  'errors',
  'requestID',
  'constructor',
  'retryAfterMs',
  ...['error', 'data', 'body', 'responseBody', 'responseHeaders', 'rawResponse', '$response', '$metadata', '$fault'],
  ...['detail', 'original', 'originalError', 'lastError', 'exception', 'graphQLErrors', 'stackTrace', 'meta'],
  ...['details', 'metadata', 'severity', 'sqlState', 'errorLabels', 'command', 'responseCode', 'retriable'],
  ...['extensions', 'isBoom', 'output', 'errno', 'hint', 'stack', '$retryable', 'retryAfter', 'final'],
];

const throwing = (keys: readonly string[]): object => {
  const get = (): never => {
    throw new Error('a getter that throws');
  };
  return Object.defineProperties({}, Object.fromEntries(keys.map((key) => [key, { get, enumerable: true }])));
};

const anyValue = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: true,
});
/** Made when it is put into its place: fast-check looks into what it draws. */
const HOSTILE: ReadonlyMap<unknown, () => unknown> = new Map<unknown, () => unknown>([
  ['hostile values', () => ({ valueOf: trap, toString: trap, toJSON: trap, [Symbol.toPrimitive]: trap })],
  [
    'hostile traps',
    () => new Proxy([], Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, trap]))),
  ],
  [
    'hostile revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      return proxy;
    },
  ],
]);

function trap(): never {
  throw new Error('a trap');
}

const errorLike = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyValue,
    fc.constantFrom(...HOSTILE.keys()),
    fc.constantFrom(8, 14, 429, 200, 409, 'ESOCKET'),
    tie('error'),
  ),
  error: fc
    .tuple(
      fc.constantFrom(Error, TypeError, SyntaxError, AggregateError as unknown as typeof Error, Object),
      fc.dictionary(fc.constantFrom(...PLACES), tie('value')),
      fc.boolean(),
    )
    .map(([Make, places, frozen]) => {
      const made = Object.create(Make.prototype) as object;
      for (const [key, value] of Object.entries(places))
        Object.defineProperty(made, key, { value: HOSTILE.get(value)?.() ?? value, configurable: true });
      return frozen ? Object.freeze(made) : made;
    }),
})).value;

const unknownOf = (error: unknown) => failureUnknown({ method: 'm' }, error, { kind: 'unknown' });

describe('classify, given anything at all', () => {
  it('never throws, and answers with one of the kinds', function () {
    this.timeout(20_000);
    fc.assert(
      fc.property(errorLike, (error) => {
        const failure = classify(error);
        expect(KINDS).to.include(failure.kind);
        expect(() => JSON.stringify(failure)).not.to.throw();
        expect(() => [retriesShownBy(error), clientRetries(error), unknownOf(error), onceIn([error])]).not.to.throw();
        expect(() => discard(error)).not.to.throw();
        expect(failure.transient).to.equal(['timeout', 'network', 'server'].includes(failure.kind));
      }),
      { numRuns: 3000 },
    );
  });

  it('says no word that was in the error and stands in no list', function () {
    this.timeout(20_000);
    const secret = fc.stringMatching(/^[A-Z_]{4,12}$/).map((text) => `${text}_SECRET`);
    const anywhere = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        secret,
        secret.map((text) => `E${text}`),
        fc.constantFrom(503, 429, 14, 'ECONNRESET', 'insufficient_quota', '40001'),
        fc.dictionary(fc.constantFrom(...PLACES, 'retry-after', 'x-request-id'), tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(anywhere, (error) => {
        expect(JSON.stringify(classify(error))).not.to.include('SECRET');
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no longer for two megabytes than for a word', function () {
    this.timeout(20_000);
    const huge = { a: '9', space: ' ', date: 'Mon, 23 Nov ', json: '{"code":"' };
    for (const piece of Object.values(huge)) {
      const text = piece.repeat(2_000_000 / piece.length);
      const headers = Object.fromEntries(
        [
          'retry-after',
          'x-ratelimit-reset-tokens',
          'x-ratelimit-remaining-tokens',
          'ratelimit',
          'x-request-id',
          text,
        ].map((name) => [name, text]),
      );
      const places = Object.fromEntries(PLACES.filter((place) => place !== 'cause').map((place) => [place, text]));
      const errors = [
        { ...places, headers },
        { ...places, status: 429, headers, body: text, error: text },
        { ...places, name: 'Error', code: 'ESOCKET', message: text },
        Object.assign(new Error(text), {
          status: 429,
          headers: new Map(Object.entries(headers)),
          response: { data: text },
        }),
        { code: 8, details: text, metadata: { get: () => [text] } },
      ];
      // A pattern that is not linear takes minutes.
      const ms = quickest(() => errors.forEach((error) => expect(KINDS).to.include(classify(error).kind)));
      expect(ms, piece).to.be.below(500);
    }
  });

  it('reads as much of an endless list of headers as of a long one', () => {
    let asked = 0;
    const endless = {
      *[Symbol.iterator]() {
        for (;;) {
          asked += 1;
          yield [`x-${asked}`, '1'];
        }
      },
    };
    expect(classify({ status: 429, headers: endless }).kind).to.equal('rate-limited');
    expect(asked).to.be.below(500);
  });

  it('survives getters that throw', () => {
    fc.assert(
      fc.property(fc.subarray(PLACES), (keys) => {
        expect(KINDS).to.include(classify(throwing(keys)).kind);
      }),
    );
    expect(classify(throwing(PLACES)).kind).to.equal('unknown');
  });

  it('survives proxies whose every trap throws', () => {
    const traps = Object.fromEntries(
      Object.getOwnPropertyNames(Reflect).map((trap) => [
        trap,
        () => {
          throw new Error('a trap');
        },
      ]),
    );
    for (const target of [{}, () => 1, new Error('x'), []])
      expect(classify(new Proxy(target, traps)).kind).to.equal('unknown');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(classify(new Error('x', { cause: proxy })).kind).to.equal('unknown');
    expect(classify(Object.assign(new Error('x'), { errors: proxy })).kind).to.equal('unknown');
  });

  it('survives cycles of causes', () => {
    const one: Error & { cause?: unknown } = new Error('one');
    const two = new AggregateError([one], 'two', { cause: one });
    one.cause = two;
    expect(classify(one).kind).to.equal('unknown');
  });

  it('ends soon for a tree of causes without an end', () => {
    let made = 0;
    const endless = (): object => ({
      get cause() {
        made += 1;
        return endless();
      },
      get errors() {
        return Array.from({ length: 1000 }, endless);
      },
    });
    classify(endless());
    expect(made).to.be.below(5000);
  });

  it('survives headers whose iteration throws, and takes what was read until then', () => {
    const headers = {
      forEach(add: (value: string, key: string) => void) {
        add('2', 'retry-after');
        throw new Error('no more');
      },
    };
    expect(classify({ status: 429, headers }).retryAfterMs).to.equal(2000);
  });

  it('passes over headers whose names or values are no text', () => {
    const entries: [unknown, unknown][] = [
      [7, 'a name that is a number'],
      ['retry-after-ms', {}],
      ['x-should-retry', undefined],
      ['retry-after', '2'],
    ];
    const headers = new Map(entries);
    expect(classify({ status: 429, headers }).retryAfterMs).to.equal(2000);
    expect(
      classify({ status: 429, headers: Object.fromEntries(entries as [string, unknown][]) }).retryAfterMs,
    ).to.equal(2000);
  });

  it('changes nothing about what it is given', () => {
    const error = Object.assign(new Error('x'), { status: 500, headers: { a: 'b' } });
    const before = JSON.stringify(Object.getOwnPropertyDescriptors(error));
    classify(error);
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(error))).to.equal(before);
  });
});
